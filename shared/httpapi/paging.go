package httpapi

import "perennial/shared/fault"

// MaxOffset is the deepest object that plain page numbers reach; beyond it a
// list is read by cursor or creation time.
const MaxOffset = 4000

// Paging is embedded in the input of lists by page number.
type Paging struct {
	PageNumber int `query:"page_number" minimum:"0" default:"0" doc:"Counts from 0."`
	PageSize   int `query:"page_size" minimum:"1" maximum:"100" default:"10"`
}

// Offset is how many objects lie before the page.
func (p Paging) Offset() int { return p.PageNumber * p.PageSize }

// Validate refuses pages beyond MaxOffset. An input that embeds Paging and has
// a Validate of its own calls this one.
func (p Paging) Validate() error {
	if p.PageNumber > MaxOffset || p.Offset() > MaxOffset {
		return errTooDeep
	}
	return nil
}

var errTooDeep = fault.New(fault.Invalid, codeQuery,
	"page_number: pages end at object 4000; narrow the list by created_at_lte instead")

// Page is the answer of a list by page number.
type Page[T any] struct {
	Items []T `json:"items"`
}

// Items makes a page; no items are [], never null.
func Items[T any](items []T) Page[T] {
	if items == nil {
		items = []T{}
	}
	return Page[T]{items}
}

// Cursor is embedded in the input of lists by iterator.
type Cursor struct {
	Limit    int    `query:"limit" minimum:"1" maximum:"100" default:"10"`
	Iterator string `query:"iterator" doc:"The iterator of the previous answer; absent for the first page."`
}

// CursorPage is the answer of a list by iterator. Clients go on until the
// iterator is null.
type CursorPage[T any] struct {
	Data         []T     `json:"data"`
	Done         bool    `json:"done"`
	Iterator     *string `json:"iterator"`
	PrevIterator *string `json:"prev_iterator"`
}

// Slice makes a cursor page; an empty next means that this is the last one,
// an empty prev that it is the first.
func Slice[T any](data []T, prev, next string) CursorPage[T] {
	page := CursorPage[T]{Data: Items(data).Items, Done: next == ""}
	if next != "" {
		page.Iterator = &next
	}
	if prev != "" {
		page.PrevIterator = &prev
	}
	return page
}
