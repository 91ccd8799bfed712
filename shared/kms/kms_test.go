package kms_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awskms "github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
	"pgregory.net/rapid"

	"perennial/shared/clock/clocktest"
	"perennial/shared/kms"
)

// standIn is KMS over HTTP: it remembers the data keys it made and unwraps one
// only under the encryption context it was made for.
type standIn struct {
	mu    sync.Mutex
	keys  map[string]dataKey // by wrapped key, base64
	calls []string           // operation and encryption context
	down  bool
}

type dataKey struct{ plaintext, under string }

func (s *standIn) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var in struct {
		KeyId, CiphertextBlob, KeySpec string
		EncryptionContext              map[string]string
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	under := fmt.Sprint(in.EncryptionContext)
	s.calls = append(s.calls, operation+" "+under)
	switch {
	case s.down:
		refuse(w, http.StatusForbidden, "AccessDeniedException")
	case in.KeyId != "alias/perennial":
		refuse(w, http.StatusBadRequest, "NotFoundException")
	case operation == "GenerateDataKey" && in.KeySpec == "AES_256":
		s.generate(w, under)
	case operation == "Decrypt" && s.keys[in.CiphertextBlob].under == under:
		answer(w, map[string]string{"KeyId": in.KeyId, "Plaintext": s.keys[in.CiphertextBlob].plaintext})
	default:
		refuse(w, http.StatusBadRequest, "InvalidCiphertextException")
	}
}

func (s *standIn) generate(w http.ResponseWriter, under string) {
	plaintext, wrapped := random(32), random(184)
	s.keys[wrapped] = dataKey{plaintext, under}
	answer(w, map[string]string{"KeyId": "alias/perennial", "Plaintext": plaintext, "CiphertextBlob": wrapped})
}

func random(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return base64.StdEncoding.EncodeToString(b)
}

func answer(w http.ResponseWriter, body map[string]string) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	_ = json.NewEncoder(w).Encode(body)
}

func refuse(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"__type": code, "message": "refused"})
}

type bench struct {
	*standIn
	client *awskms.Client
	clock  *clocktest.Clock
}

func newBench(t *testing.T) *bench {
	t.Helper()
	s := &standIn{keys: map[string]dataKey{}}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	client := awskms.New(awskms.Options{
		Region: "us-east-1", BaseEndpoint: aws.String(server.URL), RetryMaxAttempts: 1,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "a", SecretAccessKey: "b"}, nil
		}),
	})
	return &bench{s, client, clocktest.At(time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC))}
}

// sealer is a fresh function instance: nothing cached.
func (b *bench) sealer() *kms.Sealer {
	return kms.New(kms.CallsOf(b.client), "alias/perennial", b.clock.Now)
}

const (
	purpose = "webhook:whk_0"
	scope   = "bus_1.live"
)

func TestWhatOneFunctionSealsAnotherOpens(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	api, deliverer := b.sealer(), b.sealer()
	rapid.Check(t, func(rt *rapid.T) {
		secret := rapid.SliceOf(rapid.Byte()).Draw(rt, "secret")
		sealed, err := api.Seal(t.Context(), purpose, scope, secret)
		if err != nil {
			rt.Fatal(err)
		}
		if len(secret) > 3 && strings.Contains(sealed, base64.RawURLEncoding.EncodeToString(secret)) {
			rt.Fatalf("%q shows the secret", sealed)
		}
		got, err := deliverer.Open(t.Context(), purpose, scope, sealed)
		if err != nil || !bytes.Equal(got, secret) {
			rt.Fatalf("opened %q, %v; want %q", got, err, secret)
		}
	})
	want := []string{"GenerateDataKey map[purpose:webhook scope:bus_1.live]", "Decrypt map[purpose:webhook scope:bus_1.live]"}
	if fmt.Sprint(b.calls) != fmt.Sprint(want) {
		t.Errorf("KMS was asked %q, want %q", b.calls, want)
	}
}

func TestSealingTwiceLooksDifferent(t *testing.T) {
	t.Parallel()
	s := newBench(t).sealer()
	first, err1 := s.Seal(t.Context(), purpose, scope, []byte("whsec_a"))
	second, err2 := s.Seal(t.Context(), purpose, scope, []byte("whsec_a"))
	if err1 != nil || err2 != nil || first == second {
		t.Errorf("%q and %q (%v, %v)", first, second, err1, err2)
	}
}

func TestSealedValueOpensOnlyInItsPlace(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.sealer()
	sealed, err := s.Seal(t.Context(), purpose, scope, []byte("whsec_a"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Open(t.Context(), purpose, scope, sealed); err != nil {
		t.Fatalf("in its place: %v", err)
	}
	for name, at := range map[string][2]string{
		"another endpoint": {"webhook:whk_1", scope},
		"another purpose":  {"gateway", scope},
		"another business": {purpose, "bus_2.live"},
		"the other mode":   {purpose, "bus_1.test"},
	} {
		for _, s := range []*kms.Sealer{s, b.sealer()} {
			if got, err := s.Open(t.Context(), at[0], at[1], sealed); !errors.Is(err, kms.ErrUnreadable) {
				t.Errorf("%s: opened %q, %v", name, got, err)
			}
		}
	}
}

func TestDamagedValueIsUnreadable(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.sealer()
	sealed, err := s.Seal(t.Context(), purpose, scope, []byte("whsec_a"))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(sealed, "s1."))
	if err != nil {
		t.Fatal(err)
	}
	for i := range raw {
		changed := bytes.Clone(raw)
		changed[i] ^= 1
		if got, err := s.Open(t.Context(), purpose, scope, "s1."+base64.RawURLEncoding.EncodeToString(changed)); !errors.Is(err, kms.ErrUnreadable) {
			t.Fatalf("with byte %d changed: %q, %v", i, got, err)
		}
	}
	for _, short := range []string{"", "s1.", "s1.AA", "s2." + sealed[3:], sealed[:len(sealed)/2], "whsec_a"} {
		if got, err := s.Open(t.Context(), purpose, scope, short); !errors.Is(err, kms.ErrUnreadable) {
			t.Errorf("%q: %q, %v", short, got, err)
		}
	}
}

func TestDataKeysAreKeptTenMinutesAndLimitedUses(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.sealer()
	seal := func(times int) {
		t.Helper()
		for range times {
			if _, err := s.Seal(t.Context(), purpose, scope, nil); err != nil {
				t.Fatal(err)
			}
		}
	}
	seal(2)
	b.clock.Advance(10*time.Minute - time.Nanosecond)
	seal(1)
	if got := len(b.calls); got != 1 {
		t.Fatalf("%d KMS calls within ten minutes, want 1", got)
	}
	b.clock.Advance(time.Nanosecond)
	seal(10_000)
	if got := len(b.calls); got != 2 {
		t.Fatalf("%d KMS calls after ten minutes and ten thousand uses, want 2", got)
	}
	seal(1)
	if got := len(b.calls); got != 3 {
		t.Fatalf("%d KMS calls after the last allowed use, want 3", got)
	}
}

func TestKMSFailureIsNotUnreadable(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	sealed, err := b.sealer().Seal(t.Context(), purpose, scope, []byte("whsec_a"))
	if err != nil {
		t.Fatal(err)
	}
	b.down = true
	if _, err := b.sealer().Open(t.Context(), purpose, scope, sealed); err == nil || errors.Is(err, kms.ErrUnreadable) {
		t.Errorf("open while KMS refuses: %v", err)
	}
	if _, err := b.sealer().Seal(t.Context(), purpose, scope, []byte("x")); err == nil {
		t.Error("seal while KMS refuses gave no error")
	}
}

// knowNoKey is a KMS that knows no data key.
func knowNoKey(context.Context, *awskms.DecryptInput, ...func(*awskms.Options)) (*awskms.DecryptOutput, error) {
	return nil, &types.InvalidCiphertextException{}
}

func FuzzOpenAnswersAnything(f *testing.F) {
	f.Add("s1.AAAA")
	f.Add("s1.AAAAAAAAAAAAAAAAAAAAAAAA")
	s := kms.New(kms.Calls{Decrypt: knowNoKey}, "k", time.Now)
	f.Fuzz(func(t *testing.T, sealed string) {
		if _, err := s.Open(t.Context(), purpose, scope, sealed); !errors.Is(err, kms.ErrUnreadable) {
			t.Fatalf("%q: %v", sealed, err)
		}
	})
}
