package config

import (
	"io"
	"log/slog"
	"os"
)

// Logs makes slog write JSON lines to standard output, where CloudWatch reads
// them, at the level named in PERENNIAL_LOG_LEVEL (debug, info, warn, error;
// default info). Call it first in main.
func Logs() { slog.SetDefault(Logger(os.Stdout, os.Getenv(LogLevel))) }

// Logger writes JSON lines to w; an unknown or empty level means info.
func Logger(w io.Writer, level string) *slog.Logger {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		l = slog.LevelInfo
	}
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: l}))
}
