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

// Whether a customer has accepted the terms of service; the API's numbers.
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

// A device policy controller that every customer may choose.
struct Dpc {
  std::string id;  // the last segment of its resource name
  std::string package_name;
  std::string title;
};

// What a customer's devices are set up with; the API's Configuration.
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
  // The reseller's vendors, ids above `after`; `limit` 0 is no limit.
  virtual absl::StatusOr<Page<Vendor>> ListVendors(PartnerId partner, VendorId after,
                                                   int64_t limit) = 0;
  virtual absl::StatusOr<std::optional<Vendor>> FindVendor(VendorId id) = 0;
  virtual absl::StatusOr<std::optional<Customer>> FindCustomer(CustomerId id) = 0;
  // The reseller's own customers (not its vendors'), ids above `after`;
  // `limit` 0 is no limit.
  virtual absl::StatusOr<Page<Customer>> ListCustomersOfPartner(PartnerId partner, CustomerId after,
                                                                int64_t limit) = 0;
  // The same for the customers of one of its vendors.
  virtual absl::StatusOr<Page<Customer>> ListCustomersOfVendor(const Vendor& vendor,
                                                               CustomerId after, int64_t limit) = 0;
  // Every customer, by id.
  virtual absl::StatusOr<std::vector<Customer>> ListCustomers() = 0;
  // Those of `customers` that are `partner`'s, or a vendor of its.
  virtual absl::StatusOr<CustomersOfReseller> ReadCustomerFacts(
      PartnerId partner, std::span<const CustomerId> customers) = 0;
  virtual absl::StatusOr<std::vector<Dpc>> ListDpcs() = 0;
  // Every configuration of the customer, by id.
  virtual absl::StatusOr<std::vector<Configuration>> ListConfigurations(CustomerId customer) = 0;
  // nullopt if the customer has no such configuration.
  virtual absl::StatusOr<std::optional<Configuration>> FindConfiguration(CustomerId customer,
                                                                         ConfigurationId id) = 0;
};

class CompanyWrites {
 public:
  virtual ~CompanyWrites() = default;
  // ALREADY_EXISTS if the id is taken.
  virtual absl::Status AddPartner(const Partner& partner) = 0;
  // ALREADY_EXISTS if the id is taken, NOT_FOUND if the partner is not there.
  virtual absl::Status AddVendor(const Vendor& vendor) = 0;
  // Adds a customer of `partner`, through `vendor` unless that is none.
  // ALREADY_EXISTS if the id is taken, NOT_FOUND if partner or vendor is not there.
  virtual absl::Status AddCustomer(const Customer& customer, PartnerId partner,
                                   VendorId vendor) = 0;
  // NOT_FOUND if there is no such customer.
  virtual absl::Status SetTerms(CustomerId customer, Terms terms) = 0;
  // Adds the configuration, or replaces the customer's one of the same id. A
  // default one takes that place from another; one that is not leaves it.
  // NOT_FOUND if there is no such customer, ALREADY_EXISTS if the id is another's.
  virtual absl::Status PutConfiguration(const Configuration& configuration) = 0;
  // NOT_FOUND if the customer has no such configuration, FAILED_PRECONDITION if
  // a device uses it.
  virtual absl::Status RemoveConfiguration(CustomerId customer, ConfigurationId id) = 0;
  // Adds the DPC, or replaces the one of the same id.
  virtual absl::Status PutDpc(const Dpc& dpc) = 0;
  // NOT_FOUND if there is no such DPC.
  virtual absl::Status RemoveDpc(const std::string& id) = 0;
};

}  // namespace zerotouch::store

#endif  // ZEROTOUCH_STORE_COMPANIES_H_
