package awsjson_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"

	"perennial/infra/local/awsjson"
)

func TestServiceAnswersAndRefusesAsTheProtocolSays(t *testing.T) {
	t.Parallel()
	type in struct{ Name string }
	type out struct{ Greeting string }
	service := awsjson.Service{
		"Greet": awsjson.Handle(func(_ context.Context, i in) (out, error) { return out{"hello " + i.Name}, nil }),
		"Break": awsjson.Handle(func(context.Context, in) (out, error) { return out{}, errors.New("disk full") }),
		"Deny":  awsjson.Handle(func(context.Context, in) (out, error) { return out{}, awsjson.Errorf("NotYou", "no %s", "entry") }),
	}
	for _, test := range []struct {
		target, body string
		status       int
		want, kind   string
	}{
		{"AnyService_2012.Greet", `{"Name":"Ada"}`, 200, `{"Greeting":"hello Ada"}`, ""},
		{"AnyService_2012.Greet", `{`, 400, `"__type":"SerializationException"`, "SerializationException"},
		{"AnyService_2012.Break", `{}`, 500, `"__type":"InternalFailure"`, "InternalFailure"},
		{"AnyService_2012.Deny", `{}`, 400, `{"__type":"NotYou","message":"no entry"}`, "NotYou"},
		{"AnyService_2012.Absent", `{}`, 400, `"Absent\"`, "UnknownOperationException"},
	} {
		r := httptest.NewRequest("POST", "/", strings.NewReader(test.body))
		r.Header.Set("X-Amz-Target", test.target)
		w := httptest.NewRecorder()
		service.ServeHTTP(w, r)
		if w.Code != test.status || !strings.Contains(w.Body.String(), test.want) || w.Header().Get("X-Amzn-ErrorType") != test.kind {
			t.Errorf("%s %s: %d %s %v", test.target, test.body, w.Code, w.Body, w.Header())
		}
	}
}
