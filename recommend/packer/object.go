package packer

import (
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// object is a JSON object whose members keep their order: the order of a
// recipe's kmods is the load order, and a user's file should come back as he
// wrote it.
type object []member

type member struct {
	name  string
	value jsontext.Value
}

// UnmarshalJSONFrom reads one object; a duplicate member is an error.
func (o *object) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	token, err := dec.ReadToken()
	if err != nil {
		return err
	}
	if token.Kind() != jsontext.KindBeginObject {
		return errors.New("not an object")
	}
	for dec.PeekKind() != jsontext.KindEndObject {
		name, err := dec.ReadToken()
		if err != nil {
			return err
		}
		member := member{name: name.String()}
		value, err := dec.ReadValue()
		if err != nil {
			return err
		}
		member.value = value.Clone()
		*o = append(*o, member)
	}
	_, err = dec.ReadToken()
	return err
}

// MarshalJSONTo writes the members in their order.
func (o object) MarshalJSONTo(enc *jsontext.Encoder) error {
	if err := enc.WriteToken(jsontext.BeginObject); err != nil {
		return err
	}
	for _, m := range o {
		if err := enc.WriteToken(jsontext.String(m.name)); err != nil {
			return err
		}
		if err := enc.WriteValue(m.value); err != nil {
			return err
		}
	}
	return enc.WriteToken(jsontext.EndObject)
}

// get decodes a member into v and reports whether there was one.
func (o object) get(name string, v any) (bool, error) {
	for _, m := range o {
		if m.name == name {
			if err := json.Unmarshal(m.value, v); err != nil {
				return true, fmt.Errorf("%s: %w", name, err)
			}
			return true, nil
		}
	}
	return false, nil
}

// set gives a member a value, in its place or at the end.
func (o *object) set(name string, v any) error {
	value, err := json.Marshal(v, json.Deterministic(true))
	if err != nil {
		return err
	}
	for i := range *o {
		if (*o)[i].name == name {
			(*o)[i].value = value
			return nil
		}
	}
	*o = append(*o, member{name, value})
	return nil
}
