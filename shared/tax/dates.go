package tax

import (
	"fmt"
	"time"

	"perennial/shared/calendar"
)

// When are the instants that may set the tax date of a line.
type When struct {
	Paid      calendar.Instant // when it is paid, or invoiced for payment
	PeriodEnd calendar.Instant // end of the period paid for, excluded; zero for a single sale
}

// date is the day whose rate applies in the area: that of the payment, or the
// last day of the period where the seller chose so (R271; German law: section
// 13 and 27 of the UStG).
func (s Seller) date(a Area, w When) (Date, error) {
	if w.Paid.IsZero() {
		return "", fmt.Errorf("%w: when was it paid", ErrDate)
	}
	if s.atPeriodEnd(a) && !w.PeriodEnd.IsZero() {
		return DateIn(a.State, w.PeriodEnd-1), nil
	}
	return DateIn(a.State, w.Paid), nil
}

// east are the countries' offsets from UTC in winter, in hours. Countries
// without built-in rates keep the day of UTC.
var east = map[string]int{
	"AT": 1, "BE": 1, "BG": 2, "CH": 1, "CY": 2, "CZ": 1, "DE": 1, "DK": 1, "EE": 2, "ES": 1,
	"FI": 2, "FR": 1, "GB": 0, "GR": 2, "HR": 1, "HU": 1, "IE": 0, "IT": 1, "LT": 2, "LU": 1,
	"LV": 2, "MT": 1, "NL": 1, "NO": 1, "PL": 1, "PT": 0, "RO": 2, "SE": 1, "SI": 1, "SK": 1, "XI": 0,
}

// DateIn is the day in the country at an instant. All of Europe's summer time
// begins and ends at 01:00 UTC on the last Sundays of March and October
// (Directive 2000/84/EC; the others follow it).
func DateIn(country string, at calendar.Instant) Date {
	t := at.Time()
	hours, european := east[country]
	if european && !t.Before(lastSunday(t.Year(), time.March)) && t.Before(lastSunday(t.Year(), time.October)) {
		hours++
	}
	return Date(t.Add(time.Duration(hours) * time.Hour).Format(time.DateOnly))
}

// lastSunday is 01:00 UTC on the last Sunday of a month with 31 days.
func lastSunday(year int, month time.Month) time.Time {
	last := time.Date(year, month, 31, 1, 0, 0, 0, time.UTC)
	return last.AddDate(0, 0, -int(last.Weekday()))
}
