// SPDX-License-Identifier: Apache-2.0
package main

import (
	"context"
	"fmt"

	api "google/android/device/provisioning/v1"

	"golang.org/x/oauth2"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
)

// pages lists the customers in pages of one.
func (t *test) pages() error {
	ctx, cancel := aMinute()
	defer cancel()
	seen := map[int64]bool{}
	request := &api.ListPartnerCustomersRequest{PartnerId: t.partnerID(), PageSize: 1}
	for {
		page, err := t.partner.ListCustomers(ctx, request)
		if err != nil {
			return err
		}
		for _, customer := range page.Customers {
			if seen[customer.CompanyId] {
				return fmt.Errorf("customer %d came twice", customer.CompanyId)
			}
			seen[customer.CompanyId] = true
		}
		if page.NextPageToken == "" {
			break
		}
		request.PageToken = page.NextPageToken
	}
	for _, customer := range t.Resellers[0].CustomerIDs {
		if !seen[number(customer)] {
			return fmt.Errorf("customer %s is missing", customer)
		}
	}
	return nil
}

func (t *test) unclaim(partnerID, deviceID int64, section api.SectionType) error {
	ctx, cancel := aMinute()
	defer cancel()
	_, err := t.partner.UnclaimDevice(ctx, &api.UnclaimDeviceRequest{PartnerId: partnerID,
		SectionType: section, Device: &api.UnclaimDeviceRequest_DeviceId{DeviceId: deviceID}})
	return err
}

func (t *test) errors() error {
	for _, row := range []struct {
		err    error
		code   codes.Code
		custom api.CustomErrorCode
	}{
		{t.unclaim(t.partnerID(), 12345, zeroTouch), codes.NotFound,
			api.CustomErrorCode_INVALID_DEVICE_ID},
		{t.unclaim(t.partnerID(), 1, 0), codes.InvalidArgument,
			api.CustomErrorCode_INVALID_SECTION_TYPE},
		{t.unclaim(number(t.Resellers[1].PartnerID), 1, zeroTouch), codes.PermissionDenied,
			api.CustomErrorCode_AUTHORIZATION_FAIL},
	} {
		refusal := status.Convert(row.err)
		if refusal.Code() != row.code || len(refusal.Details()) == 0 {
			return fmt.Errorf("wanted %v with details, got %v", row.code, row.err)
		}
		custom, ok := refusal.Details()[0].(*api.CustomError)
		if !ok || custom.Code != row.custom {
			return fmt.Errorf("wanted %v, got %v", row.custom, refusal.Details())
		}
	}
	ctx, cancel := aMinute()
	defer cancel()
	_, err := t.partner.UnclaimDevicesAsync(ctx, &api.UnclaimDevicesRequest{PartnerId: t.partnerID()})
	for _, detail := range status.Convert(err).Details() {
		if request, ok := detail.(*errdetails.BadRequest); ok {
			if field := request.FieldViolations[0].Field; field != "unclaims" {
				return fmt.Errorf("the violation is of %s", field)
			}
			return nil
		}
	}
	return fmt.Errorf("no BadRequest in %v", status.Convert(err).Details())
}

func (t *test) list(source oauth2.TokenSource) error {
	connection := t.connect(source)
	defer connection.Close()
	ctx, cancel := aMinute()
	defer cancel()
	_, err := api.NewPartnerServiceClient(connection).ListCustomers(ctx,
		&api.ListPartnerCustomersRequest{PartnerId: t.partnerID(), PageSize: 1})
	return err
}

func (t *test) credentials() error {
	keyFile := t.Resellers[0].Credentials
	if err := t.list(t.selfSigned(keyFile)); err != nil {
		return fmt.Errorf("a self-signed token: %v", err)
	}
	forged := oauth2.StaticTokenSource(&oauth2.Token{AccessToken: "ya29.forged"})
	for what, source := range map[string]oauth2.TokenSource{"no": nil, "a forged": forged} {
		if err := isRefused(t.list(source), "UNAUTHENTICATED"); err != nil {
			return fmt.Errorf("%s token: %v", what, err)
		}
	}
	err := t.list(tokens(keyFile, customerScope))
	if err := isRefused(err, "PERMISSION_DENIED"); err != nil {
		return fmt.Errorf("another scope: %v", err)
	}
	for _, detail := range status.Convert(err).Details() {
		if info, ok := detail.(*errdetails.ErrorInfo); ok &&
			info.Reason == "ACCESS_TOKEN_SCOPE_INSUFFICIENT" {
			return nil
		}
	}
	return fmt.Errorf("no ErrorInfo in %v", status.Convert(err).Details())
}

// health needs no credentials.
func (t *test) health() error {
	connection := t.connect(nil)
	defer connection.Close()
	ctx, cancel := aMinute()
	defer cancel()
	client := grpc_health_v1.NewHealthClient(connection)
	for _, service := range []string{"", "google.android.device.provisioning.v1.PartnerService"} {
		request := &grpc_health_v1.HealthCheckRequest{Service: service}
		answer, err := client.Check(ctx, request)
		if err != nil {
			return err
		}
		if answer.Status != grpc_health_v1.HealthCheckResponse_SERVING {
			return fmt.Errorf("%q is %v", service, answer.Status)
		}
	}
	_, err := client.Check(ctx, &grpc_health_v1.HealthCheckRequest{Service: "no.such.Service"})
	if err := isRefused(err, "NOT_FOUND"); err != nil {
		return err
	}
	watching, stop := context.WithCancel(ctx)
	defer stop()
	watch, err := client.Watch(watching, &grpc_health_v1.HealthCheckRequest{})
	if err != nil {
		return err
	}
	answer, err := watch.Recv()
	if err == nil && answer.Status != grpc_health_v1.HealthCheckResponse_SERVING {
		err = fmt.Errorf("watched: %v", answer.Status)
	}
	return err
}
