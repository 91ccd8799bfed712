package s3_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"perennial/infra/local/identity"
	locals3 "perennial/infra/local/s3"
	"perennial/shared/clock"
	"perennial/shared/s3"
)

func send(t *testing.T, method, address, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	var got strings.Builder
	if err := answer.Write(&got); err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(got.String(), "\r\n\r\n")
	return answer.StatusCode, text
}

// The addresses are those that S3 documents: the example of its guide to
// signed queries, signed at the time and with the keys given there.
func TestTheAddressIsSignedAsS3Documents(t *testing.T) {
	t.Parallel()
	at := time.Date(2013, 5, 24, 0, 0, 0, 0, time.UTC)
	b := s3.New(aws.Config{Region: "us-east-1", Credentials: aws.CredentialsProviderFunc(identity.Credentials().Retrieve)}, "examplebucket", "", func() time.Time { return at })
	got, err := b.Download(t.Context(), "images/a b.png")
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(got)
	if err != nil || u.Host != "examplebucket.s3.us-east-1.amazonaws.com" || u.EscapedPath() != "/images/a%20b.png" {
		t.Errorf("%s, %v", got, err)
	}
	for name, want := range map[string]string{
		"X-Amz-Algorithm": "AWS4-HMAC-SHA256", "X-Amz-Date": "20130524T000000Z", "X-Amz-Expires": "3600", "X-Amz-SignedHeaders": "host",
	} {
		if u.Query().Get(name) != want {
			t.Errorf("%s is %q", name, u.Query().Get(name))
		}
	}
	if len(u.Query().Get("X-Amz-Signature")) != 64 {
		t.Errorf("the signature is %q", u.Query().Get("X-Amz-Signature"))
	}
}

func TestWhatIsPutIsFetchedUntilTheAddressEnds(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(locals3.Open(t.TempDir()))
	t.Cleanup(server.Close)
	cfg := aws.Config{Region: identity.Region, Credentials: identity.Credentials()}
	now := s3.New(cfg, "assets", server.URL, clock.System)
	put, err := now.Upload(t.Context(), "images/bus_1/x")
	if err != nil {
		t.Fatal(err)
	}
	if status, body := send(t, http.MethodPut, put, "a picture"); status != 200 {
		t.Fatalf("%d %s", status, body)
	}
	get, err := now.Download(t.Context(), "images/bus_1/x")
	if err != nil {
		t.Fatal(err)
	}
	if status, body := send(t, http.MethodGet, get, ""); status != 200 || body != "a picture" {
		t.Errorf("%d %q", status, body)
	}
	early := s3.New(cfg, "assets", server.URL, func() time.Time { return time.Now().Add(-2 * time.Hour) })
	late, err := early.Download(t.Context(), "images/bus_1/x")
	if err != nil {
		t.Fatal(err)
	}
	for address, method := range map[string]string{
		late: http.MethodGet, put: http.MethodGet, get: http.MethodPut, strings.Replace(get, "bus_1", "bus_2", 1): http.MethodGet,
		server.URL + "/assets/images/bus_1/x": http.MethodGet,
	} {
		if status, _ := send(t, method, address, ""); status != 403 {
			t.Errorf("%s %s answers %d", method, address, status)
		}
	}
}
