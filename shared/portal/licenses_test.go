package portal_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"perennial/shared/merchant"
	"perennial/shared/portals"
	"perennial/shared/record"
)

// cabinet keeps licences in memory.
type cabinet struct{ keys []portals.License }

func (c *cabinet) Licenses(_ context.Context, _ merchant.Scope, customer string) ([]portals.License, error) {
	var found []portals.License
	for _, l := range c.keys {
		if l.Customer == customer {
			found = append(found, l)
		}
	}
	return found, nil
}

func (c *cabinet) Deactivate(_ context.Context, _ merchant.Scope, _ record.Actor, license, device string) error {
	for i, l := range c.keys {
		for j, d := range l.Devices {
			if l.ID == license && d.ID == device {
				c.keys[i].Devices = append(l.Devices[:j:j], l.Devices[j+1:]...)
				return nil
			}
		}
	}
	return nil
}

// R065: every key of the customer's purchases, and the devices that use it.
func TestR065LicenceKeysAreShownAndDevicesFreed(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.signIn()
	s.get("/licenses").Must(t, 404)
	s.licenses = &cabinet{[]portals.License{
		{ID: "lic_1", Customer: s.Customer.ID, Product: "Atlas Desktop", Key: "AAAA-BBBB", Limit: 2, Expires: s.Now().Add(24 * time.Hour), Devices: []portals.Device{{ID: "lki_1", Name: "Ada's <laptop>", Since: s.Now()}}},
		{ID: "lic_2", Customer: s.Customer.ID, Product: "Atlas Mobile", Key: "CCCC-DDDD", Disabled: true},
		{ID: "lic_3", Customer: "cus_2", Product: "Eve's", Key: "EEEE-FFFF", Devices: []portals.Device{{ID: "lki_3", Name: "Eve's"}}},
	}}
	s.get("/").Must(t, 200, "Licence keys", "AAAA-BBBB", "CCCC-DDDD")
	got := s.get("/licenses")
	got.Must(t, 200, "Atlas Desktop", "AAAA-BBBB", "Devices: 1 of 2", "valid until", "Ada&#39;s &lt;laptop&gt;", "Disabled")
	if strings.Contains(got.Text, "EEEE") {
		t.Error("somebody else's key is shown")
	}
	s.form("/licenses/lic_3/devices/lki_3/remove", nil).Must(t, 404)
	after := s.get(s.form("/licenses/lic_1/devices/lki_1/remove", nil).To)
	after.Must(t, 200, "The device was removed", "Devices: 0 of 2")
}
