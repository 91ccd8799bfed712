package ses_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"
	"github.com/google/go-cmp/cmp"

	"perennial/shared/email"
	product "perennial/shared/email/ses"
)

// What the stand-in tells is what the product reads.
func TestTheSimulatorsAddressesBounceAndComplain(t *testing.T) {
	t.Parallel()
	p := open(t, "")
	var heard []email.Feedback
	p.box.Tell(func(event []byte) {
		f, err := product.ParseEvent(event)
		if err != nil {
			t.Errorf("%s: %v", event, err)
		}
		f.Message = ""
		heard = append(heard, f)
	})
	addresses := []string{"ada@example.com", "Bounce+ada@simulator.amazonses.com", "complaint@simulator.amazonses.com", "ooto@simulator.amazonses.com", "success@simulator.amazonses.com"}
	for _, to := range addresses {
		p.send(t, &sesv2.SendEmailInput{
			FromEmailAddress: aws.String("billing@example.com"), Destination: &types.Destination{ToAddresses: []string{to}},
			EmailTags: []types.MessageTag{{Name: aws.String("customer"), Value: aws.String("cus_1")}},
			Content: &types.EmailContent{Simple: &types.Message{
				Subject: &types.Content{Data: aws.String("x")}, Body: &types.Body{Text: &types.Content{Data: aws.String("x")}},
			}},
		})
	}
	tags := email.Tags{"customer": "cus_1"}
	want := []email.Feedback{
		{Kind: email.Bounced, Recipients: addresses[1:2], Tags: tags},
		{Kind: email.Complained, Recipients: addresses[2:3], Tags: tags},
		{Kind: email.Delayed, Recipients: addresses[3:4], Tags: tags},
	}
	if diff := cmp.Diff(want, heard); diff != "" {
		t.Error(diff)
	}
}
