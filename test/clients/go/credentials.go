// SPDX-License-Identifier: Apache-2.0
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/oauth2"
	"google.golang.org/api/option"
	"google.golang.org/api/option/internaloption"
)

// credentials makes calls with valid and with invalid credentials.
func credentials(s sandbox) {
	own, other := s.Resellers[0], s.Resellers[1]
	list := func(partnerID string, options ...option.ClientOption) error {
		options = append(options, option.WithEndpoint(s.Endpoint))
		_, err := service(options...).Partners.Customers.List(id(partnerID)).PageSize(1).Do()
		return err
	}
	check := func(what string, err error) {
		if err != nil {
			fail(what, err)
		}
	}
	key := option.WithCredentialsFile(own.Credentials)

	for _, audience := range []string{"https://androiddeviceprovisioning.googleapis.com/", s.Endpoint} {
		check("a self-signed token for "+audience,
			list(own.PartnerID, key, option.WithAudiences(audience)))
	}
	check("a self-signed token with a scope",
		list(own.PartnerID, key, option.WithScopes(partnerScope), internaloption.EnableJwtWithScope()))
	check("a self-signed token for another service", isRefusal(
		list(own.PartnerID, key, option.WithAudiences("https://example.com/")), 401, "UNAUTHENTICATED"))
	check("a forged token", isRefusal(list(own.PartnerID, option.WithTokenSource(
		oauth2.StaticTokenSource(&oauth2.Token{AccessToken: "ya29.forged"}))), 401, "UNAUTHENTICATED"))
	check("no token", isRefusal(list(own.PartnerID, option.WithoutAuthentication()), 401,
		"UNAUTHENTICATED"))
	check("another scope", isRefusal(list(own.PartnerID, key, option.WithScopes(customerScope)), 403,
		"ACCESS_TOKEN_SCOPE_INSUFFICIENT"))
	check("another reseller", isRefusal(list(other.PartnerID, key, option.WithScopes(partnerScope)),
		403, "PERMISSION_DENIED"))
	check("a key that the server does not know", unknownKey(s, list))
}

func unknownKey(s sandbox, list func(string, ...option.ClientOption) error) error {
	text, err := os.ReadFile(s.Resellers[0].Credentials)
	if err != nil {
		return err
	}
	var key map[string]string
	if err := json.Unmarshal(text, &key); err != nil {
		return err
	}
	key["client_email"] = "nobody@example.com"
	if text, err = json.Marshal(key); err != nil {
		return err
	}
	err = list(s.Resellers[0].PartnerID, option.WithCredentialsJSON(text),
		option.WithScopes(partnerScope))
	var refusal *oauth2.RetrieveError
	if !errors.As(err, &refusal) || refusal.Response.StatusCode != 400 ||
		!strings.Contains(string(refusal.Body), "invalid_grant") {
		return fmt.Errorf("wanted invalid_grant, got %v", err)
	}
	return nil
}
