// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BASE_OPENSSL_HANDLE_H_
#define ZEROTOUCH_BASE_OPENSSL_HANDLE_H_

#include <openssl/bio.h>

#include <memory>
#include <string_view>

// OpenSSL's objects with an owner. For source files that call OpenSSL.
namespace zerotouch {

template <auto Free>
struct OpenSslDeleter {
  template <class T>
  void operator()(T* handle) const {
    Free(handle);
  }
};

template <class T, auto Free>
using OpenSslHandle = std::unique_ptr<T, OpenSslDeleter<Free>>;

using Bio = OpenSslHandle<BIO, BIO_free_all>;

// Returns the bytes of `text` as OpenSSL's functions take them.
inline const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// Reads from `text`, which must outlive it.
inline Bio BioOf(std::string_view text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

}  // namespace zerotouch

#endif  // ZEROTOUCH_BASE_OPENSSL_HANDLE_H_
