#ifndef ZEROTOUCH_WIRE_API_METHODS_H_
#define ZEROTOUCH_WIRE_API_METHODS_H_

#include "wire/methods.h"

namespace zerotouch::service {
class Devices;
class Operations;
class PartnerCustomers;
}  // namespace zerotouch::service

namespace zerotouch::wire {

// The methods that this server provides. The services must outlive the table.
MethodTable ApiMethods(service::Devices& devices, service::PartnerCustomers& customers,
                       service::Operations& operations);

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_API_METHODS_H_
