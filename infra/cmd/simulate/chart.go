package main

import (
	"fmt"
	"strings"
)

// The chart's colours, one for each policy; they differ in lightness too.
var colours = []string{"#b9b9b9", "#8a8fa8", "#5d7fb8", "#6fb59a", "#14694a"}

// chart draws the recovery rates with their intervals as SVG.
func chart(names []string, all [][]result) string {
	const width, left, top, bar, gap, scale = 760, 110, 60, 14, 22, 6.0
	var b strings.Builder
	height := top + len(all)*(5*bar+gap) + 30
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12" role="img" aria-label="Recovered share of failed renewals by bank model and policy">`+"\n", width, height, width, height)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="#fff"/>`+"\n", width, height)
	for i, r := range all[0] {
		x := left + i*128
		fmt.Fprintf(&b, `<rect x="%d" y="14" width="12" height="12" fill="%s"/><text x="%d" y="24">%s</text>`+"\n", x, colours[i], x+18, r.Policy)
	}
	for p := 0; p <= 100; p += 20 {
		x := left + float64(p)*scale
		fmt.Fprintf(&b, `<line x1="%.0f" y1="%d" x2="%.0f" y2="%d" stroke="#ddd"/><text x="%.0f" y="%d" text-anchor="middle" fill="#555">%d %%</text>`+"\n", x, top-12, x, height-30, x, height-12, p)
	}
	for i, results := range all {
		y := top + i*(5*bar+gap)
		fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="end">%s</text>`+"\n", left-10, y+5*bar/2+4, names[i])
		for j, r := range results {
			end := left + r.Rate.Estimate*100*scale
			mid := y + j*bar + bar/2
			fmt.Fprintf(&b, `<rect x="%d" y="%d" width="%.1f" height="%d" fill="%s"/>`, left, y+j*bar+1, end-left, bar-2, colours[j])
			fmt.Fprintf(&b, `<line x1="%.1f" y1="%d" x2="%.1f" y2="%d" stroke="#000"/>`, left+r.Rate.Low*100*scale, mid, left+r.Rate.High*100*scale, mid)
			fmt.Fprintf(&b, `<text x="%.1f" y="%d" font-size="10">%.1f</text>`+"\n", left+r.Rate.High*100*scale+4, mid+4, r.Rate.Estimate*100)
		}
	}
	b.WriteString("</svg>\n")
	return b.String()
}
