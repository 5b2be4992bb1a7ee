// SPDX-License-Identifier: Apache-2.0
// Tests Google's unmodified Go client against a sandbox: every method that it has,
// answered and refused. Only the root URL and the key file are this server's.
//
// Reads the ready lines of two sandboxes from the files of the variables
// ZEROTOUCH_SANDBOX and ZEROTOUCH_SLOW_SANDBOX; the second one is slow.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strconv"

	zerotouch "google.golang.org/api/androiddeviceprovisioning/v1"
	"google.golang.org/api/option"
)

const (
	partnerScope  = "https://www.googleapis.com/auth/androidworkprovisioning"
	customerScope = "https://www.googleapis.com/auth/androidworkzerotouchemm"
	zeroTouch     = "SECTION_TYPE_ZERO_TOUCH"
)

type sandbox struct {
	Endpoint  string
	Resellers []reseller
	Customers []struct{ CustomerID, Credentials string }
}

type reseller struct {
	PartnerID, Credentials string
	VendorIDs, CustomerIDs []string
}

func (s *sandbox) customerCredentials(id string) string {
	for _, customer := range s.Customers {
		if customer.CustomerID == id {
			return customer.Credentials
		}
	}
	panic("the sandbox has no customer " + id)
}

func id(text string) int64 {
	number, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		panic(err)
	}
	return number
}

// imei returns a valid IMEI for a number below 1,000,000,000.
func imei(number int) string {
	digits := fmt.Sprintf("35%012d", number)
	sum := 0
	for i, c := range digits {
		digit := int(c - '0')
		if i%2 == 1 {
			digit = digit*2/10 + digit*2%10
		}
		sum += digit
	}
	return digits + strconv.Itoa((10-sum%10)%10)
}

func service(options ...option.ClientOption) *zerotouch.Service {
	made, err := zerotouch.NewService(context.Background(), options...)
	if err != nil {
		panic(err)
	}
	return made
}

func readSandbox(variable string) sandbox {
	text, err := os.ReadFile(os.Getenv(variable))
	if err != nil {
		panic(err)
	}
	var s sandbox
	if err := json.Unmarshal(text, &s); err != nil {
		panic(err)
	}
	return s
}

func partnerService(s sandbox) *zerotouch.Service {
	return service(option.WithEndpoint(s.Endpoint), option.WithScopes(partnerScope),
		option.WithCredentialsFile(s.Resellers[0].Credentials))
}

func main() {
	s := readSandbox("ZEROTOUCH_SANDBOX")
	own := s.Resellers[0]
	partner := partnerService(s)
	customer := service(option.WithEndpoint(s.Endpoint), option.WithScopes(customerScope),
		option.WithCredentialsFile(s.customerCredentials(own.CustomerIDs[0])))

	customersOfPartner(partner, own, s.Resellers[1])
	devicesOfPartner(partner, own)
	batches(partner, own)
	customerSide(partner, customer, own)
	credentials(s)
	slow := readSandbox("ZEROTOUCH_SLOW_SANDBOX")
	tooManyOperations(partnerService(slow), slow.Resellers[0])
	if failures > 0 {
		fmt.Fprintln(os.Stderr, failures, "checks failed")
		os.Exit(1)
	}
}
