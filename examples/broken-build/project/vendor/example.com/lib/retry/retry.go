// Package retry calls a function again until it succeeds.
package retry

// Do calls f at most n times.
func Do(n int, f func() error) error {
	var err error
	for i := 0; i < n; i++ {
		if err = f(); err == nil {
			return nil
		}
	}
	return err
}
