package portal_test

import (
	"net/url"
	"testing"
)

// A backup card takes the customer's choice and consent, and is taken back as
// simply.
func TestACustomerAllowsABackupCard(t *testing.T) {
	t.Parallel()
	s := open(t)
	other := s.Active("mastercard_ok")
	sub := s.Active("visa_ok")
	s.signIn()
	path := "/subscriptions/" + sub.ID + "/backup"
	s.get("/subscriptions/"+sub.ID+"/payment-method").Must(t, 200, path)
	s.get(path).Must(t, 200, "Mastercard ending in", "No backup")
	s.form(path, url.Values{"method": {other.Method.ID}}).Must(t, 422, "Please agree that this method may be charged too.")
	s.form(path, url.Values{"method": {sub.Method.ID}, "consent": {"yes"}}).Must(t, 422, "Choose another one.")
	if got := s.form(path, url.Values{"method": {other.Method.ID}, "consent": {"yes"}}); got.Status != 303 {
		t.Fatalf("%d %s", got.Status, got.Text)
	}
	if got := s.Sub(sub.ID); !got.HasBackup() || got.Backup.ID != other.Method.ID {
		t.Fatalf("the backup is %+v", got.Backup)
	}
	if got := s.form(path, url.Values{"method": {""}}); got.Status != 303 || s.Sub(sub.ID).HasBackup() {
		t.Errorf("it cannot be taken back: %d", got.Status)
	}
	s.stranger()
	s.get(path).Must(t, 404)
}
