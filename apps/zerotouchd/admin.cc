#include "zerotouchd/admin.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "base/status_macros.h"
#include "crypto/key_file.h"
#include "crypto/keys.h"
#include "crypto/random.h"
#include "model/company.h"
#include "store/company_ids.h"
#include "store/store.h"
#include "zerotouchd/files.h"

namespace zerotouch::daemon {
namespace {

// The flags of all commands; each uses its own.
struct Flags {
  std::string name, id, package, title, out, email, key, token_uri, algorithm = "RS256";
  int64_t partner = 0, vendor = 0, customer = 0;
  std::vector<int64_t> customers;
  std::vector<std::string> owner_emails, admin_emails;
  bool accept_terms = false;
};

absl::StatusOr<std::unique_ptr<store::Store>> OpenRegistry(const Settings& settings) {
  if (!settings.database.empty()) {
    return store::Open(settings.database, Clock::System(), store::Role::kAdmin);
  }
  if (settings.data_dir.empty()) {
    return absl::InvalidArgumentError(
        "no registry is given; add --database URL, or --data-dir DIR for a sandbox's");
  }
  return store::Open(fmt::format("sqlite://{}/registry.db", settings.data_dir), Clock::System(),
                     store::Role::kAdmin);
}

absl::Status Change(const Settings& settings,
                    const std::function<absl::Status(store::Transaction&)>& mutation) {
  ZT_ASSIGN_OR_RETURN(const std::unique_ptr<store::Store> store, OpenRegistry(settings));
  return store->Write(mutation);
}

absl::StatusOr<std::unique_ptr<store::Store>> View(const Settings& settings,
                                                   std::unique_ptr<store::Snapshot>& snapshot) {
  ZT_ASSIGN_OR_RETURN(std::unique_ptr<store::Store> store, OpenRegistry(settings));
  ZT_ASSIGN_OR_RETURN(snapshot, store->Read());
  return store;
}

absl::Status CreatePartner(const Settings& settings, const Flags& flags) {
  ZT_RETURN_IF_ERROR(CheckCompanyName("name", flags.name));
  PartnerId id;
  ZT_RETURN_IF_ERROR(Change(settings, [&](store::Transaction& tx) -> absl::Status {
    ZT_ASSIGN_OR_RETURN(id, store::FreePartnerId(tx));
    return tx.AddPartner({.id = id, .name = flags.name, .created = absl::Now()});
  }));
  fmt::print("{}\n", id.value());
  return absl::OkStatus();
}

absl::Status ListPartners(const Settings& settings) {
  std::unique_ptr<store::Snapshot> snapshot;
  ZT_ASSIGN_OR_RETURN(const auto store, View(settings, snapshot));
  ZT_ASSIGN_OR_RETURN(const auto partners, snapshot->ListPartners());
  for (const store::Partner& partner : partners) {
    fmt::print("{}\t{}\n", partner.id.value(), partner.name);
  }
  snapshot.reset();
  return absl::OkStatus();
}

absl::Status CreateVendor(const Settings& settings, const Flags& flags) {
  ZT_RETURN_IF_ERROR(CheckCompanyName("name", flags.name));
  const VendorId id = store::RandomVendorId();
  ZT_RETURN_IF_ERROR(Change(settings, [&](store::Transaction& tx) {
    return tx.AddVendor({.id = id,
                         .partner = PartnerId(flags.partner),
                         .name = flags.name,
                         .created = absl::Now()});
  }));
  fmt::print("{}\n", id.value());
  return absl::OkStatus();
}

absl::Status ListVendors(const Settings& settings, const Flags& flags) {
  std::unique_ptr<store::Snapshot> snapshot;
  ZT_ASSIGN_OR_RETURN(const auto store, View(settings, snapshot));
  ZT_ASSIGN_OR_RETURN(const auto vendors, snapshot->ListVendors(PartnerId(flags.partner)));
  for (const store::Vendor& vendor : vendors) {
    fmt::print("{}\t{}\n", vendor.id.value(), vendor.name);
  }
  snapshot.reset();
  return absl::OkStatus();
}

absl::Status CreateCustomer(const Settings& settings, const Flags& flags) {
  ZT_RETURN_IF_ERROR(CheckCompanyName("name", flags.name));
  for (const std::string& email : flags.owner_emails) {
    ZT_RETURN_IF_ERROR(CheckEmail("owner-email", email));
  }
  for (const std::string& email : flags.admin_emails) {
    ZT_RETURN_IF_ERROR(CheckEmail("admin-email", email));
  }
  store::Customer customer{
      .id = {},
      .name = flags.name,
      .owner_emails = flags.owner_emails,
      .admin_emails = flags.admin_emails,
      .language_code = "",
      .terms = flags.accept_terms ? store::Terms::kAccepted : store::Terms::kNotAccepted,
      .default_configuration = {},
      .created = absl::Now()};
  ZT_RETURN_IF_ERROR(Change(settings, [&](store::Transaction& tx) -> absl::Status {
    ZT_ASSIGN_OR_RETURN(customer.id, store::FreeCustomerId(tx));
    return tx.AddCustomer(customer, PartnerId(flags.partner), VendorId(flags.vendor));
  }));
  fmt::print("{}\n", customer.id.value());
  return absl::OkStatus();
}

absl::Status ListCustomers(const Settings& settings, const Flags& flags) {
  std::unique_ptr<store::Snapshot> snapshot;
  ZT_ASSIGN_OR_RETURN(const auto store, View(settings, snapshot));
  std::vector<store::Customer> customers;
  if (flags.partner != 0) {
    ZT_ASSIGN_OR_RETURN(
        auto page, snapshot->ListCustomersOfPartner(PartnerId(flags.partner), CustomerId(), 0));
    customers = std::move(page.rows);
  } else {
    ZT_ASSIGN_OR_RETURN(customers, snapshot->ListCustomers());
  }
  for (const store::Customer& customer : customers) {
    fmt::print("{}\t{}\t{}\n", customer.id.value(), customer.name,
               customer.terms == store::Terms::kAccepted ? "terms accepted" : "terms not accepted");
  }
  snapshot.reset();
  return absl::OkStatus();
}

absl::Status ListDpcs(const Settings& settings) {
  std::unique_ptr<store::Snapshot> snapshot;
  ZT_ASSIGN_OR_RETURN(const auto store, View(settings, snapshot));
  ZT_ASSIGN_OR_RETURN(const auto dpcs, snapshot->ListDpcs());
  for (const store::Dpc& dpc : dpcs) {
    fmt::print("{}\t{}\t{}\n", dpc.id, dpc.package_name, dpc.title);
  }
  snapshot.reset();
  return absl::OkStatus();
}

std::string EmailFor(const Flags& flags) {
  if (!flags.email.empty()) return flags.email;
  return flags.partner != 0
             ? fmt::format("reseller-{}@zerotouch.iam.gserviceaccount.com", flags.partner)
             : fmt::format("customer-{}@zerotouch.iam.gserviceaccount.com", flags.customers[0]);
}

// Adds the key, and the account if there is none of that address.
absl::Status AddKey(store::Transaction& tx, const Flags& flags, const std::string& email,
                    const std::string& client_id, const store::AccountKey& key) {
  ZT_ASSIGN_OR_RETURN(const auto account, tx.FindAccount(email));
  std::vector<CustomerId> customers(flags.customers.begin(), flags.customers.end());
  if (account.has_value()) {
    if (account->partner != PartnerId(flags.partner) || account->customers != customers) {
      return absl::FailedPreconditionError(
          fmt::format("{} acts for another company; give another --email", email));
    }
    return tx.AddKey(email, key);
  }
  if (flags.partner != 0) {
    ZT_ASSIGN_OR_RETURN(const auto partner, tx.FindPartner(PartnerId(flags.partner)));
    if (!partner.has_value()) {
      return absl::NotFoundError(fmt::format("there is no partner {}", flags.partner));
    }
  }
  for (const CustomerId id : customers) {
    ZT_ASSIGN_OR_RETURN(const auto customer, tx.FindCustomer(id));
    if (!customer.has_value()) {
      return absl::NotFoundError(fmt::format("there is no customer {}", id.value()));
    }
  }
  return tx.AddAccount({.email = email,
                        .client_id = client_id,
                        .partner = PartnerId(flags.partner),
                        .customers = std::move(customers),
                        .disabled = false,
                        .keys = {key}});
}

absl::Status CreateKey(const Settings& settings, const Flags& flags) {
  if ((flags.partner != 0) == !flags.customers.empty()) {
    return absl::InvalidArgumentError("give --partner or --customer: whom the key acts for");
  }
  ZT_ASSIGN_OR_RETURN(const std::unique_ptr<store::Store> store, OpenRegistry(settings));
  ZT_ASSIGN_OR_RETURN(
      const crypto::PrivateKey key,
      crypto::PrivateKey::Generate(flags.algorithm == "ES256" ? crypto::Algorithm::kEs256
                                                              : crypto::Algorithm::kRs256));
  std::string key_id;
  for (const char byte : crypto::RandomBytes(20)) {
    key_id += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  }
  const crypto::KeyFile file{
      .project_id = "zerotouch",
      .private_key_id = key_id,
      .private_key = key.ToPem(),
      .client_email = EmailFor(flags),
      .client_id = fmt::format("1{:020}", crypto::RandomBetween(0, 999'999'999'999'999'999)),
      .auth_uri = "https://accounts.google.com/o/oauth2/auth",
      .token_uri = flags.token_uri};
  ZT_RETURN_IF_ERROR(CreateFile(flags.out, crypto::WriteKeyFile(file)));
  const store::AccountKey added{
      .key_id = key_id, .public_pem = key.Public().ToPem(), .created = absl::Now()};
  absl::Status status = store->Write([&](store::Transaction& tx) {
    return AddKey(tx, flags, file.client_email, file.client_id, added);
  });
  if (!status.ok()) {
    std::remove(flags.out.c_str());
    return status;
  }
  fmt::print("{}\t{}\n", file.client_email, key_id);
  return absl::OkStatus();
}

absl::Status ListKeys(const Settings& settings) {
  std::unique_ptr<store::Snapshot> snapshot;
  ZT_ASSIGN_OR_RETURN(const auto store, View(settings, snapshot));
  ZT_ASSIGN_OR_RETURN(const auto accounts, snapshot->ListAccounts());
  for (const store::ServiceAccount& account : accounts) {
    for (const store::AccountKey& key : account.keys) {
      fmt::print("{}\t{}{}\n", account.email, key.key_id, account.disabled ? "\tdisabled" : "");
    }
  }
  snapshot.reset();
  return absl::OkStatus();
}

CLI::App* AddCommand(CLI::App& group, const char* name, const char* help, AdminAction& action,
                     const std::shared_ptr<Flags>& flags,
                     std::function<absl::Status(const Settings&, const Flags&)> run) {
  CLI::App* command = group.add_subcommand(name, help);
  command->callback([&action, flags, run = std::move(run)] {
    action = [flags, run](const Settings& settings) { return run(settings, *flags); };
  });
  return command;
}

absl::Status SetTerms(const Settings& settings, const Flags& flags, store::Terms terms) {
  return Change(settings, [&](store::Transaction& tx) {
    return tx.SetTerms(CustomerId(flags.customer), terms);
  });
}

void AddCompanyCommands(CLI::App& app, AdminAction& action, const std::shared_ptr<Flags>& flags) {
  CLI::App& partners = *app.add_subcommand("partners", "resellers")->require_subcommand(1);
  AddCommand(partners, "create", "print the new id", action, flags, CreatePartner)
      ->add_option("--name", flags->name)
      ->required();
  AddCommand(partners, "list", "id and name of each", action, flags,
             [](const Settings& settings, const Flags&) { return ListPartners(settings); });

  CLI::App& vendors = *app.add_subcommand("vendors", "a reseller's vendors")->require_subcommand(1);
  CLI::App* create = AddCommand(vendors, "create", "print the new id", action, flags, CreateVendor);
  create->add_option("--partner", flags->partner)->required();
  create->add_option("--name", flags->name)->required();
  AddCommand(vendors, "list", "id and name of each", action, flags, ListVendors)
      ->add_option("--partner", flags->partner)
      ->required();

  CLI::App& customers = *app.add_subcommand("customers", "who buys devices")->require_subcommand(1);
  create = AddCommand(customers, "create", "print the new id", action, flags, CreateCustomer);
  create->add_option("--partner", flags->partner, "whose customer")->required();
  create->add_option("--vendor", flags->vendor, "through which vendor");
  create->add_option("--name", flags->name)->required();
  create->add_option("--owner-email", flags->owner_emails)->required();
  create->add_option("--admin-email", flags->admin_emails);
  create->add_flag("--accept-terms", flags->accept_terms);
  AddCommand(customers, "list", "id, name and terms of each", action, flags, ListCustomers)
      ->add_option("--partner", flags->partner);
  AddCommand(customers, "accept-terms", "as if its owner had accepted them", action, flags,
             [](const Settings& settings, const Flags& given) {
               return SetTerms(settings, given, store::Terms::kAccepted);
             })
      ->add_option("id", flags->customer)
      ->required();
  AddCommand(customers, "reset-terms", "as if nobody had accepted them", action, flags,
             [](const Settings& settings, const Flags& given) {
               return SetTerms(settings, given, store::Terms::kNotAccepted);
             })
      ->add_option("id", flags->customer)
      ->required();
}

void AddDpcCommands(CLI::App& app, AdminAction& action, const std::shared_ptr<Flags>& flags) {
  CLI::App& dpcs = *app.add_subcommand("dpcs", "device policy controllers")->require_subcommand(1);
  CLI::App* add = AddCommand(
      dpcs, "add", "add one, or change it", action, flags,
      [](const Settings& settings, const Flags& given) {
        return Change(settings, [&](store::Transaction& tx) {
          return tx.PutDpc({.id = given.id, .package_name = given.package, .title = given.title});
        });
      });
  add->add_option("--id", flags->id)->required();
  add->add_option("--package", flags->package)->required();
  add->add_option("--title", flags->title)->required();
  AddCommand(dpcs, "list", "id, package and title of each", action, flags,
             [](const Settings& settings, const Flags&) { return ListDpcs(settings); });
  AddCommand(dpcs, "remove", "forget one", action, flags,
             [](const Settings& settings, const Flags& given) {
               return Change(settings,
                             [&](store::Transaction& tx) { return tx.RemoveDpc(given.id); });
             })
      ->add_option("id", flags->id)
      ->required();
}

void AddKeyCommands(CLI::App& app, AdminAction& action, const std::shared_ptr<Flags>& flags) {
  CLI::App& keys = *app.add_subcommand("keys", "service-account keys")->require_subcommand(1);
  CLI::App* create =
      AddCommand(keys, "create", "write a key file; the server keeps its public half", action,
                 flags, CreateKey);
  create->add_option("--partner", flags->partner);
  create->add_option("--customer", flags->customers);
  create->add_option("--out", flags->out, "the new file")->required();
  create->add_option("--token-uri", flags->token_uri, "the server's URL and /token")->required();
  create->add_option("--email", flags->email, "of the service account");
  create->add_option("--algorithm", flags->algorithm)->check(CLI::IsMember({"RS256", "ES256"}));
  AddCommand(keys, "list", "account and id of each", action, flags,
             [](const Settings& settings, const Flags&) { return ListKeys(settings); });
  CLI::App* revoke = AddCommand(keys, "revoke", "its tokens stop working at once", action, flags,
                                [](const Settings& settings, const Flags& given) {
                                  return Change(settings, [&](store::Transaction& tx) {
                                    return tx.RevokeKey(given.email, given.key);
                                  });
                                });
  revoke->add_option("--email", flags->email)->required();
  revoke->add_option("--key-id", flags->key)->required();
}

}  // namespace

void AddAdminCommands(CLI::App& app, AdminAction& action) {
  const auto flags = std::make_shared<Flags>();
  app.require_subcommand(1);
  AddCompanyCommands(app, action, flags);
  AddDpcCommands(app, action, flags);
  AddKeyCommands(app, action, flags);
}

}  // namespace zerotouch::daemon
