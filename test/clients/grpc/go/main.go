// SPDX-License-Identifier: Apache-2.0
// Tests the API over gRPC with the Go library: go test CALLS..., see run.
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
	"time"

	api "google/android/device/provisioning/v1"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/google"
	"google.golang.org/genproto/googleapis/longrunning"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
)

const (
	partnerScope  = "https://www.googleapis.com/auth/androidworkprovisioning"
	customerScope = "https://www.googleapis.com/auth/androidworkzerotouchemm"
	zeroTouch     = api.SectionType_SECTION_TYPE_ZERO_TOUCH
	// The results of a large batch exceed the client's default of 4 MiB.
	largestAnswer = 64 << 20
)

type sandbox struct {
	Endpoint, GrpcEndpoint string
	Resellers              []struct {
		PartnerID, Credentials string
		CustomerIDs            []string
	}
	Customers []struct{ CustomerID, Credentials string }
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func readSandbox(variable string) *sandbox {
	text, err := os.ReadFile(os.Getenv(variable))
	check(err)
	var read sandbox
	check(json.Unmarshal(text, &read))
	return &read
}

func (s *sandbox) partnerID() int64  { return number(s.Resellers[0].PartnerID) }
func (s *sandbox) customerID() int64 { return number(s.Resellers[0].CustomerIDs[0]) }

func (s *sandbox) customerCredentials() string {
	for _, customer := range s.Customers {
		if customer.CustomerID == s.Resellers[0].CustomerIDs[0] {
			return customer.Credentials
		}
	}
	panic("the sandbox has no key for its customer")
}

func number(text string) int64 {
	parsed, err := strconv.ParseInt(text, 10, 64)
	check(err)
	return parsed
}

// tokens returns access tokens of the server's token endpoint.
func tokens(keyFile, scope string) oauth2.TokenSource {
	key, err := os.ReadFile(keyFile)
	check(err)
	config, err := google.JWTConfigFromJSON(key, scope)
	check(err)
	return config.TokenSource(context.Background())
}

// selfSigned returns tokens that the client signs for this server.
func (s *sandbox) selfSigned(keyFile string) oauth2.TokenSource {
	key, err := os.ReadFile(keyFile)
	check(err)
	source, err := google.JWTAccessTokenSourceFromJSON(key, s.Endpoint+"/")
	check(err)
	return source
}

// connect connects to the server with these tokens, or without any. The library sends
// its own credentials only over TLS.
func (s *sandbox) connect(source oauth2.TokenSource) *grpc.ClientConn {
	addToken := func(ctx context.Context, method string, request, answer interface{},
		connection *grpc.ClientConn, invoke grpc.UnaryInvoker, options ...grpc.CallOption) error {
		token, err := source.Token()
		if err != nil {
			return err
		}
		ctx = metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+token.AccessToken)
		return invoke(ctx, method, request, answer, connection, options...)
	}
	options := []grpc.DialOption{grpc.WithInsecure(),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(largestAnswer))}
	if source != nil {
		options = append(options, grpc.WithUnaryInterceptor(addToken))
	}
	made, err := grpc.Dial(s.GrpcEndpoint, options...)
	check(err)
	return made
}

// aMinute is a deadline for any call of these tests.
func aMinute() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), time.Minute)
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

type test struct {
	*sandbox
	connection *grpc.ClientConn
	partner    api.PartnerServiceClient
	operations longrunning.OperationsClient
}

func newTest(s *sandbox) *test {
	connection := s.connect(tokens(s.Resellers[0].Credentials, partnerScope))
	return &test{s, connection, api.NewPartnerServiceClient(connection),
		longrunning.NewOperationsClient(connection)}
}

func main() {
	t := newTest(readSandbox("ZEROTOUCH_SANDBOX"))
	slow := newTest(readSandbox("ZEROTOUCH_SLOW_SANDBOX"))
	failures := 0
	for _, step := range []struct {
		name string
		run  func() error
	}{
		{"every method", func() error { return t.everyMethod(os.Args[1:]) }},
		{"lists by pages", t.pages},
		{"5,000 unclaims with failing items", t.batches},
		{"errors carry their details", t.errors},
		{"credentials", t.credentials},
		{"health", t.health},
		{"a deadline passes, and a call is cancelled", slow.endings},
		{"too many operations", slow.tooManyOperations},
	} {
		if err := step.run(); err != nil {
			fmt.Fprintf(os.Stderr, "FAILED %s: %v\n", step.name, err)
			failures++
		}
	}
	if failures > 0 {
		os.Exit(1)
	}
}
