#include "wire/api_methods.h"

#include <string>

#include "service/customers.h"
#include "service/devices.h"
#include "service/operations.h"

namespace zerotouch::wire {

using service::Devices;
using service::PartnerCustomers;

MethodTable ApiMethods(Devices& devices, PartnerCustomers& customers,
                       service::Operations& operations) {
  const std::string partner = "google.android.device.provisioning.v1.PartnerService.";
  MethodTable table;
  table.Register(partner + "ClaimDevice", devices, &Devices::Claim);
  table.Register(partner + "ClaimDevicesAsync", devices, &Devices::ClaimAsync);
  table.Register(partner + "UnclaimDevice", devices, &Devices::Unclaim);
  table.Register(partner + "UnclaimDevicesAsync", devices, &Devices::UnclaimAsync);
  table.Register(partner + "GetDevice", devices, &Devices::Get);
  table.Register(partner + "FindDevicesByDeviceIdentifier", devices, &Devices::FindByIdentifier);
  table.Register(partner + "CreateCustomer", customers, &PartnerCustomers::Create);
  table.Register(partner + "ListCustomers", customers, &PartnerCustomers::List);
  table.Register("google.longrunning.Operations.GetOperation", operations,
                 &service::Operations::Get);
  return table;
}

}  // namespace zerotouch::wire
