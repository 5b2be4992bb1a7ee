// SPDX-License-Identifier: Apache-2.0
// Which role each method needs (docs/portal.md).

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>
#include <string>

#include "auth/audience.h"
#include "batch/engine.h"
#include "service/services.h"
#include "store/store.h"
#include "support/temp_dir.h"
#include "wire/api_methods.h"
#include "wire/method_names.h"

namespace zerotouch::wire {
namespace {

using google::protobuf::FieldDescriptor;
using enum UserRole;

constexpr PartnerId kRolePartner(1);
constexpr CustomerId kRoleCustomer(2);

using Roles = std::map<std::string, UserRole, std::less<>>;

// Webhooks have secrets and see all that happens.
void AddWebhookRoles(Roles& roles) {
  for (const std::string_view method :
       {"CreatePartnerWebhook", "ListPartnerWebhooks", "GetPartnerWebhook", "UpdatePartnerWebhook",
        "DeletePartnerWebhook", "TestPartnerWebhook", "ListPartnerWebhookDeliveries",
        "RedeliverPartnerWebhookDelivery", "CreateCustomerWebhook", "ListCustomerWebhooks",
        "GetCustomerWebhook", "UpdateCustomerWebhook", "DeleteCustomerWebhook",
        "TestCustomerWebhook", "ListCustomerWebhookDeliveries",
        "RedeliverCustomerWebhookDelivery"}) {
    roles[std::string("openzerotouch.v1.WebhookService.").append(method)] = kAdmin;
  }
}

// The least role for each method; kNone: any signed-in person.
Roles MakeLeastRoles() {
  Roles roles = {
      {"partners.devices.claim", kAssigner},
      {"partners.devices.claimAsync", kAssigner},
      {"partners.devices.unclaim", kManager},
      {"partners.devices.unclaimAsync", kManager},
      {"partners.devices.findByIdentifier", kViewer},
      {"partners.devices.findByOwner", kViewer},
      {"partners.devices.get", kViewer},
      {"partners.devices.getSimLockState", kViewer},
      {"partners.devices.metadata", kManager},
      {"partners.devices.updateMetadataAsync", kManager},
      {"partners.customers.create", kManager},
      {"partners.customers.list", kViewer},
      {"partners.vendors.list", kViewer},
      {"partners.vendors.customers.list", kViewer},
      {"customers.list", kNone},
      {"customers.configurations.create", kManager},
      {"customers.configurations.delete", kManager},
      {"customers.configurations.get", kViewer},
      {"customers.configurations.list", kViewer},
      {"customers.configurations.patch", kManager},
      {"customers.devices.applyConfiguration", kAssigner},
      {"customers.devices.get", kViewer},
      {"customers.devices.list", kViewer},
      {"customers.devices.removeConfiguration", kAssigner},
      {"customers.devices.unclaim", kManager},
      {"customers.dpcs.list", kViewer},
      {"operations.get", kViewer},
      {"operations.list", kViewer},
      {"operations.wait", kViewer},
      {"operations.cancel", kManager},
      {"operations.delete", kManager},
      {"openzerotouch.v1.HistoryService.ListPartnerDeviceHistory", kViewer},
      {"openzerotouch.v1.HistoryService.ListCustomerDeviceHistory", kViewer},
      {"openzerotouch.v1.BatchService.PreviewClaim", kAssigner},
      {"openzerotouch.v1.BatchService.PreviewUnclaim", kAssigner},
      {"openzerotouch.v1.BatchService.UndoOperation", kManager},
      {"openzerotouch.v1.BatchService.ListBatches", kViewer},
      {"openzerotouch.v1.BatchService.GetBatch", kViewer},
      {"openzerotouch.v1.BatchService.UndoCustomerUnclaim", kManager},
      {"openzerotouch.v1.UserService.ListPartnerUsers", kOwner},
      {"openzerotouch.v1.UserService.CreatePartnerUser", kOwner},
      {"openzerotouch.v1.UserService.DeletePartnerUser", kOwner},
      {"openzerotouch.v1.UserService.ListCustomerUsers", kOwner},
      {"openzerotouch.v1.UserService.CreateCustomerUser", kOwner},
      {"openzerotouch.v1.UserService.DeleteCustomerUser", kOwner},
      {"openzerotouch.v1.ServiceAccountService.ListServiceAccounts", kOwner},
      {"openzerotouch.v1.ServiceAccountService.CreateServiceAccount", kOwner},
      {"openzerotouch.v1.ServiceAccountService.DeleteServiceAccount", kOwner},
  };
  AddWebhookRoles(roles);
  return roles;
}

const Roles& LeastRoles() {
  static const Roles& roles = *new Roles(MakeLeastRoles());
  return roles;
}

// Names the company in each field that can, and in those of a message in the request.
void NameCompany(const std::string& company, google::protobuf::Message& message) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor& field = *message.GetDescriptor()->field(i);
    if (field.name() == "partner_id" || field.name() == "metadata_owner_id") {
      reflection.SetInt64(&message, &field, kRolePartner.value());
    } else if (field.name() == "parent") {
      reflection.SetString(&message, &field, company);
    } else if (field.name() == "name") {
      reflection.SetString(&message, &field, company + "/devices/3");
    } else if ((field.name() == "configuration" || field.name() == "webhook") &&
               field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      NameCompany(company, *reflection.MutableMessage(&message, &field));
    }
  }
}

class RolesTest : public testing::Test {
 protected:
  // Returns true if `caller` may call the method for the company of its kind.
  bool Allows(const google::protobuf::MethodDescriptor& method, const auth::Principal& caller) {
    bool allowed = false;
    for (const char* company : {"partners/1", "customers/2"}) {
      const std::unique_ptr<google::protobuf::Message> request(
          google::protobuf::MessageFactory::generated_factory()
              ->GetPrototype(method.input_type())
              ->New());
      NameCompany(company, *request);
      allowed |= table_.CheckRight(method, caller, *request).ok();
    }
    return allowed;
  }

  const test::TempDir dir_;
  const std::unique_ptr<store::Store> store_ =
      store::Open("sqlite://" + dir_ / "registry.db", Clock::System()).value();
  const RegistryRules rules_{};
  const auth::Audience audience_;
  batch::Engine engine_{*store_, rules_, Clock::System(), {}};
  service::Services services_{*store_, engine_, rules_, audience_, Clock::System()};
  const MethodTable table_ = ApiMethods(services_);
};

auth::Principal PersonOf(UserRole partner, UserRole customer) {
  auth::Principal person;
  person.email = "it@example.com";
  person.scopes = {.reseller = true, .customer = true};
  person.partner = kRolePartner;
  person.partner_role = partner;
  person.customers = {kRoleCustomer};
  person.customer_roles = {customer};
  person.is_person = true;
  return person;
}

TEST_F(RolesTest, EachMethod_NeedsItsRole) {
  std::set<std::string_view> seen;
  for (const auto* service : table_.services()) {
    for (int i = 0; i < service->method_count(); ++i) {
      const google::protobuf::MethodDescriptor& method = *service->method(i);
      const std::string_view name = NameOfMethod(method.full_name());
      seen.insert(name);
      ASSERT_TRUE(LeastRoles().contains(name)) << name << ": say which role it needs";
      for (const UserRole role : {kViewer, kAssigner, kManager, kAdmin, kOwner}) {
        const bool allowed = Allows(method, PersonOf(role, role));
        EXPECT_EQ(allowed, role >= LeastRoles().find(name)->second)
            << name << " as " << NameOf(role);
      }
    }
  }
  EXPECT_EQ(seen.size(), LeastRoles().size()) << "a row names no method";
}

// A role for one company has no effect for another.
TEST_F(RolesTest, EachCompany_HasItsOwnRoles) {
  for (const auto* service : table_.services()) {
    for (int i = 0; i < service->method_count(); ++i) {
      const google::protobuf::MethodDescriptor& method = *service->method(i);
      const std::string_view name = NameOfMethod(method.full_name());
      const bool of_partner = Allows(method, PersonOf(kOwner, kNone));
      const bool of_customer = Allows(method, PersonOf(kNone, kOwner));
      EXPECT_TRUE(of_partner || of_customer) << name;
      EXPECT_TRUE(!(of_partner && of_customer) || name == "customers.list") << name;
    }
  }
}

// Service accounts act as before there were roles, without users and accounts.
TEST_F(RolesTest, AServiceAccount_IsAnAdmin) {
  auth::Principal account = PersonOf(kAdmin, kAdmin);
  account.is_person = false;
  account.customer_roles.clear();
  for (const auto* service : table_.services()) {
    for (int i = 0; i < service->method_count(); ++i) {
      const std::string_view name = NameOfMethod(service->method(i)->full_name());
      EXPECT_EQ(Allows(*service->method(i), account), LeastRoles().find(name)->second <= kAdmin)
          << name;
    }
  }
}

}  // namespace
}  // namespace zerotouch::wire
