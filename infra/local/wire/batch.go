package wire

import "slices"

// Shuffle returns the batch in another order, the same for the same seed, as
// a standard queue may deliver it.
func Shuffle[T any](seed uint64, batch []T) []T {
	out := slices.Clone(batch)
	random(seed, "shuffle").Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

// ShuffleWithin returns the batch in another order in which records with the
// same key keep theirs, as a DynamoDB stream delivers: in order for one item,
// in no order between items.
func ShuffleWithin[T any, K comparable](seed uint64, batch []T, key func(T) K) []T {
	queues := map[K][]T{}
	keys := make([]K, 0, len(batch))
	for _, record := range batch {
		k := key(record)
		queues[k] = append(queues[k], record)
		keys = append(keys, k)
	}
	out := make([]T, 0, len(batch))
	for _, k := range Shuffle(seed, keys) {
		out = append(out, queues[k][0])
		queues[k] = queues[k][1:]
	}
	return out
}

// Repeat returns the batch with some records delivered again later: each with
// the chance, at a place after the first delivery.
func Repeat[T any](seed uint64, batch []T, chance float64) []T {
	draw := random(seed, "repeat")
	out := slices.Clone(batch)
	for i := len(batch) - 1; i >= 0; i-- { // backwards: what is inserted stays behind i
		if draw.Float64() < chance {
			out = slices.Insert(out, i+1+draw.IntN(len(out)-i), batch[i])
		}
	}
	return out
}
