// SPDX-License-Identifier: Apache-2.0
#include "store/company_ids.h"
#include "store/store_test_base.h"

namespace zerotouch::store {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

class TenantsStoreTest : public StoreTest {
 protected:
  ServiceAccount Account(const std::string& email) {
    return {.email = email,
            .client_id = "123",
            .partner = kPartner,
            .customers = {},
            .disabled = false,
            .keys = {{.key_id = "k1", .public_pem = "PEM", .created = kNow}}};
  }

  CustomerId AddCustomer(int64_t id, PartnerId partner, VendorId vendor = {}) {
    Write([&](Transaction& tx) {
      return tx.AddCustomer({.id = CustomerId(id),
                             .name = "Another",
                             .owner_emails = {"a@example.com", "b@example.com"},
                             .admin_emails = {"c@example.com"},
                             .language_code = "de",
                             .terms = Terms::kAccepted,
                             .default_configuration = {},
                             .created = kNow},
                            partner, vendor);
    });
    return CustomerId(id);
  }
};

TEST_P(TenantsStoreTest, Account_RoundTrip) {
  ServiceAccount account = Account("robot@example.com");
  account.partner = {};
  account.customers = {kCustomer, kOtherCustomer};
  Write([&](Transaction& tx) { return tx.AddAccount(account); });
  Reopen();
  const auto found = Read()->FindAccount("robot@example.com").value();
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->client_id, "123");
  EXPECT_EQ(found->partner, PartnerId());
  EXPECT_THAT(found->customers, ElementsAre(kCustomer, kOtherCustomer));
  EXPECT_FALSE(found->disabled);
  ASSERT_THAT(found->keys, SizeIs(1));
  EXPECT_EQ(found->keys[0].key_id, "k1");
  EXPECT_EQ(found->keys[0].public_pem, "PEM");
  EXPECT_EQ(found->keys[0].created, kNow);
  EXPECT_FALSE(Read()->FindAccount("nobody@example.com").value().has_value());
  EXPECT_FALSE(Read()->FindAccount(std::string("robot@example.com\0", 18)).value().has_value());
  EXPECT_THAT(Read()->ListAccounts().value(), SizeIs(1));
}

TEST_P(TenantsStoreTest, Account_TakenEmail_IsRefusedWhole) {
  Write([&](Transaction& tx) { return tx.AddAccount(Account("robot@example.com")); });
  ServiceAccount second = Account("robot@example.com");
  second.keys[0].key_id = "k2";
  EXPECT_TRUE(
      absl::IsAlreadyExists(store_->Write([&](Transaction& tx) { return tx.AddAccount(second); })));
  EXPECT_THAT(Read()->FindAccount("robot@example.com").value()->keys, SizeIs(1));
}

TEST_P(TenantsStoreTest, Keys_AreAddedAndRevoked) {
  Write([&](Transaction& tx) { return tx.AddAccount(Account("robot@example.com")); });
  const AccountKey second{.key_id = "k2", .public_pem = "PEM2", .created = kNow};
  Write([&](Transaction& tx) { return tx.AddKey("robot@example.com", second); });
  Write([&](Transaction& tx) { return tx.RevokeKey("robot@example.com", "k1"); });
  const auto account = Read()->FindAccount("robot@example.com").value();
  ASSERT_THAT(account->keys, SizeIs(1));
  EXPECT_EQ(account->keys[0].key_id, "k2");
  EXPECT_TRUE(absl::IsNotFound(
      store_->Write([&](Transaction& tx) { return tx.RevokeKey("robot@example.com", "k1"); })));
  EXPECT_TRUE(absl::IsNotFound(
      store_->Write([&](Transaction& tx) { return tx.AddKey("nobody@example.com", second); })));
}

TEST_P(TenantsStoreTest, Account_IsDisabledAndEnabled) {
  Write([&](Transaction& tx) { return tx.AddAccount(Account("robot@example.com")); });
  Write([&](Transaction& tx) { return tx.SetAccountDisabled("robot@example.com", true); });
  EXPECT_TRUE(Read()->FindAccount("robot@example.com").value()->disabled);
  Write([&](Transaction& tx) { return tx.SetAccountDisabled("robot@example.com", false); });
  EXPECT_FALSE(Read()->FindAccount("robot@example.com").value()->disabled);
  EXPECT_TRUE(absl::IsNotFound(store_->Write(
      [&](Transaction& tx) { return tx.SetAccountDisabled("nobody@example.com", true); })));
}

TEST_P(TenantsStoreTest, ServerSecret_Is32BytesAndStays) {
  const std::string secret = Read()->ServerSecret().value();
  EXPECT_THAT(secret, SizeIs(32));
  Reopen();
  EXPECT_EQ(Read()->ServerSecret().value(), secret);
}

TEST_P(TenantsStoreTest, Customer_RoundTrip) {
  AddCustomer(300000001, kPartner);
  Reopen();
  const auto customer = Read()->FindCustomer(CustomerId(300000001)).value();
  ASSERT_TRUE(customer.has_value());
  EXPECT_EQ(customer->name, "Another");
  EXPECT_THAT(customer->owner_emails, ElementsAre("a@example.com", "b@example.com"));
  EXPECT_THAT(customer->admin_emails, ElementsAre("c@example.com"));
  EXPECT_EQ(customer->language_code, "de");
  EXPECT_EQ(customer->terms, Terms::kAccepted);
  EXPECT_EQ(customer->created, kNow);
  EXPECT_FALSE(Read()->FindCustomer(CustomerId(1)).value().has_value());
}

TEST_P(TenantsStoreTest, Customer_OfUnknownPartnerOrVendor_IsRefused) {
  const Customer customer{.id = CustomerId(5),
                          .name = "X",
                          .owner_emails = {},
                          .admin_emails = {},
                          .language_code = "",
                          .default_configuration = {},
                          .created = kNow};
  EXPECT_TRUE(absl::IsNotFound(store_->Write(
      [&](Transaction& tx) { return tx.AddCustomer(customer, PartnerId(9), VendorId()); })));
  EXPECT_TRUE(absl::IsNotFound(store_->Write(
      [&](Transaction& tx) { return tx.AddCustomer(customer, kPartner, VendorId(9)); })));
  EXPECT_FALSE(Read()->FindCustomer(CustomerId(5)).value().has_value());
}

TEST_P(TenantsStoreTest, ListCustomersOfPartner_PagesById_WithoutVendorsCustomers) {
  Write([&](Transaction& tx) {
    return tx.AddVendor(
        {.id = VendorId(50), .partner = kPartner, .name = "Vendor", .created = kNow});
  });
  AddCustomer(300000001, kPartner, VendorId(50));
  for (int64_t id = 400000001; id <= 400000004; ++id) AddCustomer(id, kPartner);
  const auto all = Read()->ListCustomersOfPartner(kPartner, CustomerId(), 0).value();
  EXPECT_THAT(all.rows, SizeIs(5));
  EXPECT_EQ(all.total_size, 5);
  EXPECT_FALSE(all.more);
  const auto first = Read()->ListCustomersOfPartner(kPartner, CustomerId(), 3).value();
  EXPECT_THAT(first.rows, SizeIs(3));
  EXPECT_TRUE(first.more);
  const auto second = Read()->ListCustomersOfPartner(kPartner, first.rows.back().id, 3).value();
  EXPECT_THAT(second.rows, SizeIs(2));
  EXPECT_FALSE(second.more);
  EXPECT_EQ(second.total_size, 5);
  EXPECT_THAT(Read()->ListVendors(kPartner, VendorId(), 0)->rows, SizeIs(1));
  EXPECT_THAT(Read()->ListVendors(kOtherPartner, VendorId(), 0)->rows, SizeIs(0));
}

TEST_P(TenantsStoreTest, ReadCustomerFacts_KnowsOwnAndVendorsCustomersAlone) {
  Write([&](Transaction& tx) {
    return tx.AddVendor(
        {.id = VendorId(50), .partner = kPartner, .name = "Vendor", .created = kNow});
  });
  const CustomerId vendors = AddCustomer(300000001, kPartner, VendorId(50));
  Write([&](Transaction& tx) {
    return tx.PutConfiguration({.id = ConfigurationId(11), .customer = kCustomer});
  });
  Write([&](Transaction& tx) {
    return tx.PutConfiguration(
        {.id = ConfigurationId(12), .customer = kCustomer, .is_default = true});
  });
  const CustomerId asked[] = {kCustomer, kOtherCustomer, vendors, CustomerId(1)};
  const CustomersOfReseller facts = Read()->ReadCustomerFacts(kPartner, asked).value();
  ASSERT_THAT(facts, SizeIs(2));
  EXPECT_TRUE(facts.contains(vendors));
  EXPECT_EQ(facts.at(kCustomer).default_configuration, ConfigurationId(12));
  EXPECT_TRUE(facts.at(kCustomer).configurations.contains(ConfigurationId(11)));
  EXPECT_THAT(facts.at(kCustomer).configurations, SizeIs(2));
  EXPECT_TRUE(absl::IsNotFound(store_->Write([&](Transaction& tx) {
    return tx.PutConfiguration({.id = ConfigurationId(13), .customer = CustomerId(1)});
  })));
}

TEST_P(TenantsStoreTest, Terms_AreSet) {
  Write([&](Transaction& tx) { return tx.SetTerms(kCustomer, Terms::kStale); });
  EXPECT_EQ(Read()->FindCustomer(kCustomer).value()->terms, Terms::kStale);
  EXPECT_TRUE(absl::IsNotFound(store_->Write(
      [&](Transaction& tx) { return tx.SetTerms(CustomerId(1), Terms::kAccepted); })));
}

TEST_P(TenantsStoreTest, Dpcs_ArePutAndRemoved) {
  Write([&](Transaction& tx) {
    return tx.PutDpc({.id = "one", .package_name = "com.example.one", .title = "One"});
  });
  Write([&](Transaction& tx) {
    return tx.PutDpc({.id = "one",
                      .package_name = "com.example.uno",
                      .title = "Uno",
                      .component = "com.example.uno/.Admin",
                      .download_location = "https://example.com/uno.apk",
                      .signature_checksum = "sum"});
  });
  const auto dpcs = Read()->ListDpcs().value();
  ASSERT_THAT(dpcs, SizeIs(1));
  EXPECT_EQ(dpcs[0].package_name, "com.example.uno");
  EXPECT_EQ(dpcs[0].component, "com.example.uno/.Admin");
  EXPECT_EQ(dpcs[0].download_location, "https://example.com/uno.apk");
  EXPECT_EQ(dpcs[0].signature_checksum, "sum");
  Write([&](Transaction& tx) { return tx.RemoveDpc("one"); });
  EXPECT_THAT(Read()->ListDpcs().value(), SizeIs(0));
  EXPECT_TRUE(
      absl::IsNotFound(store_->Write([&](Transaction& tx) { return tx.RemoveDpc("one"); })));
}

TEST_P(TenantsStoreTest, Account_NamesCustomersWhoseTermsArePending) {
  AddCustomer(300000001, kPartner);
  AddCustomer(300000002, kPartner);
  ServiceAccount account = Account("robot@example.com");
  account.partner = {};
  account.customers = {kCustomer, CustomerId(300000001), CustomerId(300000002)};
  Write([&](Transaction& tx) { return tx.AddAccount(account); });
  Write([&](Transaction& tx) { return tx.SetTerms(CustomerId(300000002), Terms::kStale); });
  EXPECT_THAT(Read()->FindAccount("robot@example.com").value()->terms_pending,
              ElementsAre(kCustomer, CustomerId(300000002)));
}

TEST_P(TenantsStoreTest, ListVendors_PagesById) {
  for (const int64_t id : {53, 51, 52}) {
    Write([&](Transaction& tx) {
      return tx.AddVendor(
          {.id = VendorId(id), .partner = kPartner, .name = "Vendor", .created = kNow});
    });
  }
  Write([&](Transaction& tx) {
    return tx.AddVendor(
        {.id = VendorId(60), .partner = kOtherPartner, .name = "Theirs", .created = kNow});
  });
  const auto first = Read()->ListVendors(kPartner, VendorId(), 2).value();
  ASSERT_THAT(first.rows, SizeIs(2));
  EXPECT_EQ(first.rows[0].id, VendorId(51));
  EXPECT_EQ(first.rows[1].id, VendorId(52));
  EXPECT_TRUE(first.more);
  EXPECT_EQ(first.total_size, 3);
  const auto second = Read()->ListVendors(kPartner, VendorId(52), 2).value();
  ASSERT_THAT(second.rows, SizeIs(1));
  EXPECT_FALSE(second.more);
  EXPECT_EQ(second.total_size, 3);
  EXPECT_THAT(Read()->ListVendors(kPartner, VendorId(), 3)->rows, SizeIs(3));
  EXPECT_FALSE(Read()->ListVendors(kPartner, VendorId(), 3)->more);
  EXPECT_EQ(Read()->FindVendor(VendorId(60)).value()->partner, kOtherPartner);
  EXPECT_FALSE(Read()->FindVendor(VendorId(61)).value().has_value());
}

TEST_P(TenantsStoreTest, ListCustomersOfVendor_AreItsOwnAlone) {
  const Vendor vendor{.id = VendorId(50), .partner = kPartner, .name = "Vendor", .created = kNow};
  const Vendor other{.id = VendorId(51), .partner = kPartner, .name = "Other", .created = kNow};
  Write([&](Transaction& tx) { return tx.AddVendor(vendor); });
  Write([&](Transaction& tx) { return tx.AddVendor(other); });
  for (int64_t id = 300000001; id <= 300000003; ++id) AddCustomer(id, kPartner, vendor.id);
  AddCustomer(300000004, kPartner, other.id);
  const auto first = Read()->ListCustomersOfVendor(vendor, CustomerId(), 2).value();
  EXPECT_THAT(first.rows, SizeIs(2));
  EXPECT_TRUE(first.more);
  EXPECT_EQ(first.total_size, 3);
  const auto rest = Read()->ListCustomersOfVendor(vendor, first.rows.back().id, 2).value();
  EXPECT_THAT(rest.rows, SizeIs(1));
  EXPECT_FALSE(rest.more);
}

TEST_P(TenantsStoreTest, FreeIds_AreOfNineOrTenDigits) {
  const auto snapshot = Read();
  for (int i = 0; i < 100; ++i) {
    EXPECT_GE(FreeVendorId(*snapshot)->value(), 100'000'000);
    EXPECT_GE(FreeCustomerId(*snapshot)->value(), 100'000'000);
    EXPECT_LE(FreePartnerId(*snapshot)->value(), 9'999'999'999);
  }
}

INSTANTIATE_TEST_SUITE_P(Stores, TenantsStoreTest, testing::ValuesIn(AllKinds()), NameOfKind);

}  // namespace
}  // namespace zerotouch::store
