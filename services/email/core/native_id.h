#pragma once

#include <string>
#include <string_view>

namespace hark::email {

/// Whether a header field is written on the way and differs between two deliveries of one mail (RFC 5321
/// §4.4, RFC 8601, RFC 6376, RFC 8617 and the habits of filters and mailboxes). By name, without regard to
/// case:
/// - exactly: Received, Return-Path, Delivered-To, Envelope-To, Envelope-From, Delivery-Date, X-Original-To,
///   X-Delivered-To, X-Received, X-Loop, Authentication-Results, X-Original-Authentication-Results,
///   Received-SPF, DomainKey-Signature, Content-Length, Lines, Status, X-Status, X-Keywords, X-UID, X-UIDL,
///   X-IMAP, X-Sieve, X-Scanned-By, X-Gm-Message-State, X-Resolved-To, X-Mailbox-Line, X-Account-Key
/// - by their start: DKIM-, ARC-, X-ARC-, X-Spam, X-Virus, X-Amavis, X-Rspamd, X-Envelope-, X-Forefront-,
///   X-MS-Exchange-, X-Microsoft-Antispam, X-Google-, X-Mozilla-, X-Proofpoint-, X-Barracuda-, X-Mimecast-,
///   X-IronPort-, X-Greylist, X-Authentication-, X-Postfix-
bool is_trace_header(std::string_view name);

/// What makes two deliveries one mail: "<Message-ID>#<hash>", or "gen-<hash>" for a mail without Message-ID.
/// The hash is the first 32 hex digits of SHA-256 over the mail without its trace headers, line ends as LF,
/// without an mbox separator and without blank lines at either end. So the copies in two mailboxes of ours
/// are one, and a second mail that reuses an id is another. `message_id` is Mail::message_id; only its first
/// 200 bytes are used.
std::string native_id(std::string_view raw, std::string_view message_id);

}  // namespace hark::email
