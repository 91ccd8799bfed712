package httpapi

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/danielgtaylor/huma/v2"
)

// format reads and writes JSON; when a value does not fit its field, the
// error names the field as the caller knows it, without names of Go.
var format = huma.Format{Marshal: huma.DefaultJSONFormat.Marshal, Unmarshal: unmarshal}

func unmarshal(data []byte, v any) error {
	err := json.Unmarshal(data, v)
	var wrong *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &wrong):
		return fmt.Errorf("%s: the value does not fit", wrong.Field)
	case errors.As(err, &syntax):
		return fmt.Errorf("the request body is not valid JSON at byte %d: %w", syntax.Offset, err)
	}
	return err
}
