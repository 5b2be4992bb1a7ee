// SPDX-License-Identifier: Apache-2.0
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"strconv"
	"strings"

	api "google/android/device/provisioning/v1"
	controls "openzerotouch/sandbox/v1"
	extensions "openzerotouch/v1"

	"github.com/golang/protobuf/jsonpb"
	"github.com/golang/protobuf/proto"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// call is a call of test/clients/calls.json or extensions.json.
type call struct {
	Call    string
	Request json.RawMessage
	Refused string            // name of the code; empty: the call succeeds
	Expect  map[string]string // values by path in the answer
	Save    map[string]string // paths in the answer by name
	As      string            // customer: for methods that resellers have too
	Streams bool              // the answer is a stream, which this test does not read
}

// UnmarshalJSON reads expected values of any type as text.
func (c *call) UnmarshalJSON(text []byte) error {
	type plain struct {
		Call, Refused, As string
		Request           json.RawMessage
		Expect            map[string]interface{}
		Save              map[string]string
		Streams           bool
	}
	var read plain
	if err := json.Unmarshal(text, &read); err != nil {
		return err
	}
	*c = call{read.Call, read.Request, read.Refused, map[string]string{}, read.Save, read.As,
		read.Streams}
	for path, value := range read.Expect {
		c.Expect[path] = fmt.Sprint(value)
	}
	return nil
}

// at returns the value at a path of field names and list positions.
func at(value interface{}, path string) (interface{}, error) {
	for _, step := range strings.Split(path, ".") {
		switch inner := value.(type) {
		case map[string]interface{}:
			value = inner[step]
		case []interface{}:
			if i, err := strconv.Atoi(step); err != nil || i >= len(inner) {
				return nil, fmt.Errorf("no %s", path)
			} else {
				value = inner[i]
			}
		default:
			return nil, fmt.Errorf("no %s", path)
		}
	}
	return value, nil
}

// everyMethod makes the calls of the files in order.
func (t *test) everyMethod(paths []string) error {
	var calls []call
	for _, path := range paths {
		text, err := os.ReadFile(path)
		check(err)
		var file struct{ Calls []call }
		check(json.Unmarshal(text, &file))
		calls = append(calls, file.Calls...)
	}
	own := t.Resellers[0]
	names := map[string]string{"partner": own.PartnerID, "otherPartner": t.Resellers[1].PartnerID,
		"customer": own.CustomerIDs[0], "otherCustomer": own.CustomerIDs[1]}
	customer := t.connect(tokens(t.customerCredentials(), customerScope))
	defer customer.Close()
	clients := map[string]interface{}{"PartnerService": t.partner, "Operations": t.operations,
		"CustomerService": api.NewCustomerServiceClient(customer)}
	addExtensions(clients, "", t.connection)
	addExtensions(clients, "customer ", customer)
	for i, c := range calls {
		if c.Streams {
			continue
		}
		if err := c.make(clients, names); err != nil {
			return fmt.Errorf("call %d, %s: %v", i, c.Call, err)
		}
	}
	return nil
}

// addExtensions adds clients of our own services, by their names after `prefix`.
func addExtensions(clients map[string]interface{}, prefix string, to *grpc.ClientConn) {
	clients[prefix+"BatchService"] = extensions.NewBatchServiceClient(to)
	clients[prefix+"HistoryService"] = extensions.NewHistoryServiceClient(to)
	clients[prefix+"ServiceAccountService"] = extensions.NewServiceAccountServiceClient(to)
	clients[prefix+"UserService"] = extensions.NewUserServiceClient(to)
	clients[prefix+"WebhookService"] = extensions.NewWebhookServiceClient(to)
	clients[prefix+"CallService"] = controls.NewCallServiceClient(to)
	clients[prefix+"ClockService"] = controls.NewClockServiceClient(to)
	clients[prefix+"DeviceService"] = controls.NewDeviceServiceClient(to)
	clients[prefix+"FaultService"] = controls.NewFaultServiceClient(to)
	clients[prefix+"OperationControlService"] = controls.NewOperationControlServiceClient(to)
	clients[prefix+"StateService"] = controls.NewStateServiceClient(to)
	clients[prefix+"TenantService"] = controls.NewTenantServiceClient(to)
}

func (c *call) make(clients map[string]interface{}, names map[string]string) error {
	expand := func(text string) string {
		return os.Expand(text, func(name string) string { return names[name] })
	}
	service, method := c.Call[:strings.Index(c.Call, ".")], c.Call[strings.Index(c.Call, ".")+1:]
	if c.As == "customer" && service != "CustomerService" {
		service = "customer " + service
	}
	answer, err := invoke(clients[service], method, expand(string(c.Request)))
	if c.Refused != "" {
		return isRefused(err, c.Refused)
	}
	if err != nil {
		return err
	}
	for path, wanted := range c.Expect {
		got, err := at(answer, path)
		if err != nil {
			return err
		}
		if fmt.Sprint(got) != expand(wanted) {
			return fmt.Errorf("%s is %v, not %s", path, got, expand(wanted))
		}
	}
	for name, path := range c.Save {
		got, err := at(answer, path)
		if err != nil || got == nil {
			return fmt.Errorf("no %s in %v", path, answer)
		}
		names[name] = fmt.Sprint(got)
	}
	return nil
}

// invoke calls a method of a generated client; requests and answers are JSON.
func invoke(client interface{}, method, request string) (interface{}, error) {
	function := reflect.ValueOf(client).MethodByName(method)
	if !function.IsValid() {
		return nil, fmt.Errorf("the client has no %s", method)
	}
	message := reflect.New(function.Type().In(1).Elem())
	// This version of jsonpb treats field masks as plain messages.
	request = strings.NewReplacer(`"updateMask": "customMessage"`,
		`"updateMask": {"paths": ["custom_message"]}`, `"updateMask": "colour"`,
		`"updateMask": {"paths": ["colour"]}`).Replace(request)
	if err := jsonpb.UnmarshalString(request, message.Interface().(proto.Message)); err != nil {
		return nil, err
	}
	ctx, cancel := aMinute()
	defer cancel()
	results := function.Call([]reflect.Value{reflect.ValueOf((context.Context)(ctx)), message})
	if err, _ := results[1].Interface().(error); err != nil {
		return nil, err
	}
	text, err := (&jsonpb.Marshaler{}).MarshalToString(results[0].Interface().(proto.Message))
	if err != nil {
		return nil, err
	}
	var answer interface{}
	return answer, json.Unmarshal([]byte(text), &answer)
}

// isRefused returns nil if `err` has this code and a reason.
func isRefused(err error, code string) error {
	var wanted codes.Code
	check(wanted.UnmarshalJSON([]byte(`"` + code + `"`)))
	refusal, ok := status.FromError(err)
	if !ok || refusal.Code() != wanted || refusal.Message() == "" {
		return fmt.Errorf("wanted %s, got %v", code, err)
	}
	return nil
}
