// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_COMPANIES_H_
#define ZEROTOUCH_STORE_COMPANIES_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/ids.h"
#include "model/rules.h"
#include "store/page.h"

namespace zerotouch::store {

// A customer's answer to the terms of service; the API's numbers.
enum class Terms : uint8_t { kNotAccepted = 1, kAccepted = 2, kStale = 3 };

struct Partner {
  PartnerId id;
  std::string name;
  absl::Time created;
};

struct Vendor {
  VendorId id;
  PartnerId partner;
  std::string name;
  absl::Time created;
};

struct Customer {
  CustomerId id;
  std::string name;
  std::vector<std::string> owner_emails;
  std::vector<std::string> admin_emails;
  std::string language_code;
  Terms terms = Terms::kNotAccepted;
  ConfigurationId default_configuration;
  absl::Time created;
};

// A device policy controller that every customer can choose.
struct Dpc {
  std::string id;  // the last segment of its resource name
  std::string package_name;
  std::string title;
  // Needed by a device to install it; empty if not known.
  std::string component = {};           // package/class of its admin receiver
  std::string download_location = {};   // URL of its package
  std::string signature_checksum = {};  // URL-safe base64 of 32 bytes
};

// The settings that a customer's devices are provisioned with; the API's
// Configuration.
struct Configuration {
  ConfigurationId id;
  CustomerId customer;
  std::string name;
  std::string dpc;  // a Dpc's id
  std::string dpc_extras;
  std::string company_name;
  std::string contact_email;
  std::string contact_phone;
  std::string custom_message;
  std::optional<absl::Duration> forced_reset;  // whole nanoseconds
  bool is_default = false;

  friend bool operator==(const Configuration&, const Configuration&) = default;
};

class CompanyReads {
 public:
  virtual ~CompanyReads() = default;
  virtual absl::StatusOr<std::vector<Partner>> ListPartners() = 0;
  virtual absl::StatusOr<std::optional<Partner>> FindPartner(PartnerId id) = 0;
  // Lists the reseller's vendors with ids above `after`. A `limit` of 0 is no limit.
  virtual absl::StatusOr<Page<Vendor>> ListVendors(PartnerId partner, VendorId after,
                                                   int64_t limit) = 0;
  virtual absl::StatusOr<std::optional<Vendor>> FindVendor(VendorId id) = 0;
  virtual absl::StatusOr<std::optional<Customer>> FindCustomer(CustomerId id) = 0;
  // Lists the reseller's own customers (not its vendors') with ids above `after`.
  // A `limit` of 0 is no limit.
  virtual absl::StatusOr<Page<Customer>> ListCustomersOfPartner(PartnerId partner, CustomerId after,
                                                                int64_t limit) = 0;
  // Lists the customers of one of its vendors in the same way.
  virtual absl::StatusOr<Page<Customer>> ListCustomersOfVendor(const Vendor& vendor,
                                                               CustomerId after, int64_t limit) = 0;
  // Lists every customer, sorted by id.
  virtual absl::StatusOr<std::vector<Customer>> ListCustomers() = 0;
  // Reads the facts about those `customers` that belong to `partner` or to one of
  // its vendors.
  virtual absl::StatusOr<CustomersOfReseller> ReadCustomerFacts(
      PartnerId partner, std::span<const CustomerId> customers) = 0;
  virtual absl::StatusOr<std::vector<Dpc>> ListDpcs() = 0;
  // Lists the customer's configurations with ids above `after`, sorted by id. Returns at
  // most `limit` of them, which must be positive.
  virtual absl::StatusOr<std::vector<Configuration>> ListConfigurations(CustomerId customer,
                                                                        ConfigurationId after,
                                                                        int64_t limit) = 0;
  virtual absl::StatusOr<int64_t> CountConfigurations(CustomerId customer) = 0;
  // Returns nullopt if the customer has no such configuration.
  virtual absl::StatusOr<std::optional<Configuration>> FindConfiguration(CustomerId customer,
                                                                         ConfigurationId id) = 0;
};

class CompanyWrites {
 public:
  virtual ~CompanyWrites() = default;
  // Adds a partner. ALREADY_EXISTS if the id is taken.
  virtual absl::Status AddPartner(const Partner& partner) = 0;
  // Adds a vendor. ALREADY_EXISTS if the id is taken, NOT_FOUND if there is no such
  // partner.
  virtual absl::Status AddVendor(const Vendor& vendor) = 0;
  // Adds a customer of `partner`, or of its `vendor` unless that is 0.
  // ALREADY_EXISTS if the id is taken, NOT_FOUND if there is no such partner or
  // vendor.
  virtual absl::Status AddCustomer(const Customer& customer, PartnerId partner,
                                   VendorId vendor) = 0;
  // Sets the customer's answer to the terms. NOT_FOUND if there is no such customer.
  virtual absl::Status SetTerms(CustomerId customer, Terms terms) = 0;
  // Adds the configuration, or replaces the customer's configuration with the same
  // id. It becomes the default, or stops being it, as `is_default` says.
  // NOT_FOUND if there is no such customer, ALREADY_EXISTS if another customer has
  // the id.
  virtual absl::Status PutConfiguration(const Configuration& configuration) = 0;
  // Removes the configuration. NOT_FOUND if the customer has no such
  // configuration, FAILED_PRECONDITION if a device uses it.
  virtual absl::Status RemoveConfiguration(CustomerId customer, ConfigurationId id) = 0;
  // Adds the DPC, or replaces the one with the same id.
  virtual absl::Status PutDpc(const Dpc& dpc) = 0;
  // Removes the DPC. NOT_FOUND if there is no such DPC.
  virtual absl::Status RemoveDpc(const std::string& id) = 0;
};

}  // namespace zerotouch::store

#endif  // ZEROTOUCH_STORE_COMPANIES_H_
