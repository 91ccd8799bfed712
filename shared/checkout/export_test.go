package checkout

// CheckPages parses every page, which a function does only when one is shown.
var CheckPages = templates.Check
