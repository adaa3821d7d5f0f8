#include "routing/study/journal_file.h"

#include <google/protobuf/io/coded_stream.h>

#include <istream>
#include <ostream>

#include "base/core/invalid.h"
#include "routing/redis/journal.h"

namespace hark::routing {
namespace {

constexpr std::string_view kHead = "hark routing journal 1\n";

/// Nothing at the end of the file, -1 for no length.
std::optional<std::int64_t> read_length(std::istream& in) {
  std::int64_t value = 0;
  for (int shift = 0; shift < 35; shift += 7) {
    const int byte = in.get();
    if (byte == std::istream::traits_type::eof())
      return shift == 0 ? std::nullopt : std::optional<std::int64_t>{-1};
    value |= static_cast<std::int64_t>(byte & 0x7F) << shift;
    if ((byte & 0x80) == 0) return value;
  }
  return -1;
}

}  // namespace

void begin_journal(std::ostream& out) { out << kHead; }

void add_to_journal(std::ostream& out, const v1::RoutingJournalEntry& entry) {
  const std::string bytes = entry.SerializeAsString();
  std::uint8_t length[10];
  const auto* end = google::protobuf::io::CodedOutputStream::WriteVarint64ToArray(bytes.size(), length);
  out.write(reinterpret_cast<const char*>(length), end - length);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

Result<std::optional<v1::RoutingJournalEntry>> JournalReader::next() {
  if (!begun_) {
    std::string head(kHead.size(), '\0');
    in_.read(head.data(), static_cast<std::streamsize>(head.size()));
    if (head != kHead) return invalid("this is no journal of routing; `hark replay --save` makes one");
    begun_ = true;
  }
  const auto length = read_length(in_);
  if (!length) return std::optional<v1::RoutingJournalEntry>{};
  const std::string where = "entry " + std::to_string(++entries_) + " of the journal ";
  if (*length < 0 || *length > static_cast<std::int64_t>(kJournalEntryBytesMax))
    return invalid(where + "has no length that it can have");
  std::string bytes(static_cast<std::size_t>(*length), '\0');
  in_.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (in_.gcount() != static_cast<std::streamsize>(bytes.size())) return invalid(where + "is cut off");
  v1::RoutingJournalEntry entry;
  if (!entry.ParseFromString(bytes)) return invalid(where + "cannot be read");
  return std::optional{std::move(entry)};
}

std::optional<std::variant<RecordedStart, RecordedInput>> recorded(const v1::RoutingJournalEntry& entry) {
  const v1::RoutingJournalRecord& record = entry.record();
  if (record.has_started()) {
    const v1::RoutingStarted& started = record.started();
    return RecordedStart{entry.position(), from_ms(record.at_ms()),
                         static_cast<std::uint16_t>(started.shard()), started.fencing_token(),
                         decode(started.settings())};
  }
  auto input = decode(record);
  if (!input) return std::nullopt;
  return RecordedInput{entry.position(),
                       input->at,
                       std::move(input->input),
                       record.decided(),
                       {record.offered().begin(), record.offered().end()},
                       record.decided_without_words()};
}

}  // namespace hark::routing
