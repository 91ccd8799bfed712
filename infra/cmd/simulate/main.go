// Command simulate compares recovery policies: failing subscriptions live
// through 60 virtual days under the real rules of package dunning, against
// models of banks that the rules know nothing of. Every policy meets the same
// customers; the same seed gives the same figures.
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"strings"
	_ "time/tzdata" // customers live in their own time zones
)

func main() {
	count := flag.Int("n", 10_000, "failing subscriptions")
	seed := flag.Uint64("seed", 1, "seed of the banks")
	names := flag.String("banks", "wages,salaries,tight,flat,sealed", "bank models")
	svg := flag.String("svg", "", "file to draw the chart to")
	flag.Parse()
	var all [][]result
	which := strings.Split(*names, ",")
	fmt.Printf("%d failed renewals over 60 days, seed %d; estimates with their 95 %% intervals.\n\n", *count, *seed)
	for _, name := range which {
		b, err := load(name)
		if err != nil {
			log.Fatal(err)
		}
		results := compare(b, *seed, *count)
		table(os.Stdout, b, results)
		all = append(all, results)
	}
	if *svg != "" {
		if err := os.WriteFile(*svg, []byte(chart(which, all)), 0o644); err != nil {
			log.Fatal(err)
		}
	}
}

// compare lets every policy meet the same customers of a bank.
func compare(b *bank, seed uint64, count int) []result {
	ways := policies()
	stories := make([][]story, len(ways))
	for i := range count {
		c := b.person(seed, i)
		for p, way := range ways {
			stories[p] = append(stories[p], b.live(i, c, way))
		}
	}
	results := make([]result, len(ways))
	for p, way := range ways {
		results[p] = summarise(way.name, stories[p], stories[len(ways)-1])
	}
	return results
}
