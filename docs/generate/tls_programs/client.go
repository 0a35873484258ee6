// Meet TLS with Go's net/http.
// Standard input: {cases: [{name, url, ca, certificate}], body, seconds}. Standard output: {name: status or words}.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"
)

type given struct {
	Cases   []struct{ Name, Url, Ca, Certificate string }
	Body    string
	Seconds float64
}

func main() {
	var all given
	check(json.NewDecoder(os.Stdin).Decode(&all))
	met := map[string]any{}
	for _, each := range all.Cases {
		client := http.Client{
			Timeout:   time.Duration(all.Seconds * float64(time.Second)),
			Transport: &http.Transport{TLSClientConfig: config(each.Ca, each.Certificate)},
		}
		response, err := client.Post(each.Url, "application/json; charset=UTF-8", strings.NewReader(all.Body))
		if err != nil {
			met[each.Name] = words(err)
			continue
		}
		response.Body.Close()
		met[each.Name] = response.StatusCode
	}
	check(json.NewEncoder(os.Stdout).Encode(met))
}

func config(ca, certificate string) *tls.Config {
	pem, err := os.ReadFile(ca)
	check(err)
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	made := &tls.Config{RootCAs: pool}
	if certificate != "" {
		pair, err := tls.LoadX509KeyPair(certificate, certificate)
		check(err)
		made.Certificates = []tls.Certificate{pair}
	}
	return made
}

// words names the type of the innermost error and its text, without times and addresses.
func words(err error) string {
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(err) {
		err = inner
	}
	text, _, _ := strings.Cut(err.Error(), ": current time")
	return strings.TrimPrefix(fmt.Sprintf("%T: %s", err, text), "*")
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
