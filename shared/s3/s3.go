// Package s3 signs addresses of one bucket, so that merchants and browsers
// send and fetch files themselves. It makes no request: the signer of the SDK
// is enough, and its S3 client would weigh more than the rest of a function.
package s3

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"perennial/shared/clock"
)

// How long signed addresses are valid, unless the role's own keys end before.
const (
	uploadLife   = time.Minute
	downloadLife = time.Hour
)

// Bucket signs addresses of a bucket's objects; safe for concurrent use.
type Bucket struct {
	cfg  aws.Config
	base string
	wall clock.Wall
}

// New signs for a bucket. An endpoint, where one is configured, names the
// bucket in its path, as stand-ins expect.
func New(cfg aws.Config, bucket, endpoint string, wall clock.Wall) *Bucket {
	base := fmt.Sprintf("https://%s.s3.%s.amazonaws.com", bucket, cfg.Region)
	if endpoint != "" {
		base = endpoint + "/" + bucket
	}
	return &Bucket{cfg: cfg, base: base, wall: wall}
}

// Upload gives an address that takes the object key by PUT for a minute.
func (b *Bucket) Upload(ctx context.Context, key string) (string, error) {
	return b.sign(ctx, http.MethodPut, key, uploadLife)
}

// Download gives an address that answers a GET of the object key for an hour.
func (b *Bucket) Download(ctx context.Context, key string) (string, error) {
	return b.sign(ctx, http.MethodGet, key, downloadLife)
}

func (b *Bucket) sign(ctx context.Context, method, key string, life time.Duration) (string, error) {
	address := b.base + "/" + (&url.URL{Path: key}).EscapedPath()
	r, err := http.NewRequestWithContext(ctx, method, address, nil)
	if err != nil {
		return "", fmt.Errorf("address of %s: %w", key, err)
	}
	r.URL.RawQuery = url.Values{"X-Amz-Expires": {strconv.Itoa(int(life.Seconds()))}}.Encode()
	keys, err := b.cfg.Credentials.Retrieve(ctx)
	if err != nil {
		return "", fmt.Errorf("sign %s: %w", key, err)
	}
	signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true })
	signed, _, err := signer.PresignHTTP(ctx, keys, r, "UNSIGNED-PAYLOAD", "s3", b.cfg.Region, b.wall())
	if err != nil {
		return "", fmt.Errorf("sign %s: %w", key, err)
	}
	return signed, nil
}
