// SPDX-License-Identifier: Apache-2.0
#include "service/configuration_message.h"

#include <optional>

#include "absl/time/time.h"
#include "google/protobuf/util/time_util.h"
#include "model/resource_name.h"

namespace zerotouch::service {

using google::protobuf::util::TimeUtil;

api::Configuration ConfigurationMessage(const store::Configuration& stored) {
  api::Configuration message;
  message.set_name(FormatConfigurationName(stored.customer, stored.id));
  message.set_configuration_id(stored.id.value());
  message.set_configuration_name(stored.name);
  message.set_dpc_resource_path(FormatDpcName(stored.customer, stored.dpc));
  message.set_dpc_extras(stored.dpc_extras);
  message.set_company_name(stored.company_name);
  message.set_contact_email(stored.contact_email);
  message.set_contact_phone(stored.contact_phone);
  message.set_custom_message(stored.custom_message);
  message.set_is_default(stored.is_default);
  if (stored.forced_reset.has_value()) {
    *message.mutable_forced_reset_time() =
        TimeUtil::NanosecondsToDuration(absl::ToInt64Nanoseconds(*stored.forced_reset));
  }
  return message;
}

store::Configuration StoredConfiguration(CustomerId customer, ConfigurationId id,
                                         const api::Configuration& message) {
  store::Configuration stored{.id = id,
                              .customer = customer,
                              .name = message.configuration_name(),
                              .dpc = ParseDpcName(message.dpc_resource_path())->dpc,
                              .dpc_extras = message.dpc_extras(),
                              .company_name = message.company_name(),
                              .contact_email = message.contact_email(),
                              .contact_phone = message.contact_phone(),
                              .custom_message = message.custom_message(),
                              .forced_reset = std::nullopt,
                              .is_default = message.is_default()};
  if (message.has_forced_reset_time()) {
    stored.forced_reset =
        absl::Nanoseconds(TimeUtil::DurationToNanoseconds(message.forced_reset_time()));
  }
  return stored;
}

}  // namespace zerotouch::service
