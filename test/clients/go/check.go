// SPDX-License-Identifier: Apache-2.0
package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"google.golang.org/api/googleapi"
)

var failures int

func fail(what string, err error) {
	failures++
	fmt.Fprintf(os.Stderr, "FAILED %s: %v\n", what, err)
}

// answers runs `call`, which calls `method` and checks its answer.
func answers(method string, call func() error) {
	if err := call(); err != nil {
		fail(method, err)
		return
	}
}

// refuses runs `call`, a call of `method` that must return this typed error, with
// `text` in its body.
func refuses(method string, code int, text string, call func() error) {
	if err := isRefusal(call(), code, text); err != nil {
		fail(method, err)
		return
	}
}

func isRefusal(err error, code int, text string) error {
	var refusal *googleapi.Error
	if !errors.As(err, &refusal) {
		return fmt.Errorf("wanted a googleapi.Error of %d, got %v", code, err)
	}
	if refusal.Code != code || !strings.Contains(refusal.Body, text) {
		return fmt.Errorf("wanted %d with %q, got %d: %s", code, text, refusal.Code, refusal.Body)
	}
	if refusal.Message == "" {
		return errors.New("the error has no message")
	}
	return nil
}

// expect returns nil if `ok`.
func expect(ok bool, format string, arguments ...interface{}) error {
	if ok {
		return nil
	}
	return fmt.Errorf(format, arguments...)
}
