package access

import "strings"

// Device names the browser and the system of a user agent, coarsely enough to
// tell one's own devices apart and to know nobody by it.
func Device(agent string) string {
	browser, system := first(agent, browsers), first(agent, systems)
	switch {
	case browser == "":
		return system
	case system == "":
		return browser
	}
	return browser + ", " + system
}

// What user agents say, the telling word first: nearly all of them say
// Safari, and those of phones also say Linux or Mac OS X.
var (
	browsers = [][2]string{
		{"Edg", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser", "Samsung Internet"}, {"Firefox/", "Firefox"}, {"FxiOS", "Firefox"},
		{"CriOS", "Chrome"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"},
	}
	systems = [][2]string{
		{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"CrOS", "ChromeOS"},
		{"Mac OS X", "macOS"}, {"Linux", "Linux"},
	}
)

func first(agent string, words [][2]string) string {
	for _, word := range words {
		if strings.Contains(agent, word[0]) {
			return word[1]
		}
	}
	return ""
}
