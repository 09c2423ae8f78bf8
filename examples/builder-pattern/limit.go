package main

import (
	"fmt"
	"io"
)

// copyLimited copies at most limit bytes; more are an error.
func copyLimited(to io.Writer, from io.Reader, limit int64) (int64, error) {
	copied, err := io.Copy(to, io.LimitReader(from, limit+1))
	if err == nil && copied > limit {
		err = fmt.Errorf("more than %d bytes", limit)
	}
	return copied, err
}
