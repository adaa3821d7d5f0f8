#pragma once

#include <cstdint>
#include <string>

#include "hark/v1/message.pb.h"

namespace hark::load {

/// Customers who write, in turn: most messages extend an open ticket, as in a contact center at work.
constexpr std::int64_t kCustomers = 5'000;

/// The account of the configuration that tests/load/run writes.
constexpr const char* kAccountId = "support";
constexpr const char* kAccountAddress = "support@hark.test";
/// What its tickets may require, and all agents have.
constexpr const char* kSkill = "mail";

/// Tells apart the messages of different runs on one store.
std::string run_name();

/// The message number `i`, from one of so many customers: about 1.5 KB as an entry.
v1::InboundMessage message(const std::string& run, std::int64_t i, std::int64_t customers = kCustomers);

/// A mail of about 5 KiB as bytes of LMTP's DATA, with its end: text and HTML in quoted-printable and a small
/// PDF.
std::string mail(const std::string& run, std::int64_t i, const std::string& sender);

std::string customer_address(std::int64_t i, std::int64_t customers = kCustomers);

}  // namespace hark::load
