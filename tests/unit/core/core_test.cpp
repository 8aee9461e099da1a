#include <millwright/core/hash.hpp>
#include <millwright/core/json_writer.hpp>
#include <millwright/core/mapped_file.hpp>
#include <millwright/core/value.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <fcntl.h>
#include <limits>
#include <sys/stat.h>
#include <unistd.h>

namespace millwright {
namespace {

std::filesystem::path scratch(const char* name) {
    return std::filesystem::temp_directory_path() / std::format("millwright-core-{}-{}", ::getpid(), name);
}

TEST(Hasher, MatchesThePublishedXxh3Vector) {
    // XXH3_128bits of no bytes with seed 0, from the reference implementation's self test.
    EXPECT_EQ(Hasher{}.finish().hex(), "99aa06d3014798d86001c324468d497f");
    EXPECT_EQ(digest({}).hex(), "99aa06d3014798d86001c324468d497f");
}

TEST(Hasher, KeepsFieldsApart) {
    Hasher a;
    a.add(std::string_view{"ab"});
    a.add(std::string_view{"c"});
    Hasher b;
    b.add(std::string_view{"a"});
    b.add(std::string_view{"bc"});
    EXPECT_NE(a.finish(), b.finish());
}

TEST(StringTable, GivesEqualTextsOneId) {
    StringTable table;
    const StringId ready = table.add("READY");
    for (int i = 0; i < 1000; ++i) table.add(std::to_string(i));
    EXPECT_EQ(table.add("READY"), ready);
    EXPECT_EQ(table.text(ready), "READY");
    EXPECT_EQ(table.size(), 1001u);
}

TEST(Value, ClearsTheBytesItDoesNotUse) {
    EXPECT_EQ(Value::of(true).bits, 1u);
    EXPECT_EQ(Value::of(StringId{7}).bits, 7u);
    EXPECT_EQ(Value::of(2.5).asNumber(ValueType::Float), 2.5);
    EXPECT_EQ(Value::of(std::int64_t{-3}).asNumber(ValueType::Integer), -3.0);
    EXPECT_TRUE(std::isnan(Value::of(StringId{7}).asNumber(ValueType::String)));
}

TEST(Files, WriteReplacesWholeAndReadGivesItBack) {
    const auto path = scratch("file");
    ASSERT_TRUE(writeFile(path, std::string_view{"one"}));
    ASSERT_TRUE(writeFile(path, std::string_view{"second"}));
    EXPECT_EQ(*readFile(path), "second");
    const auto mapped = MappedFile::open(path);
    ASSERT_TRUE(mapped);
    EXPECT_EQ(mapped->size(), 6u);
    EXPECT_EQ(readFile(path, 3).error().code, ErrorCode::ResourceLimit);
    std::filesystem::remove(path);
    EXPECT_EQ(readFile(path).error().code, ErrorCode::NotFound);
    EXPECT_EQ(MappedFile::open(path).error().code, ErrorCode::NotFound);
}

TEST(Files, WritingFollowsLinksAndNeverReplacesADevice) {
    const std::filesystem::path folder = std::filesystem::temp_directory_path() / std::format("millwright-links-{}", ::getpid());
    std::filesystem::create_directories(folder);
    ASSERT_TRUE(writeFile(folder / "kept.txt", std::string_view{"one"}));
    std::filesystem::create_symlink("kept.txt", folder / "link.txt");
    ASSERT_TRUE(writeFile(folder / "link.txt", std::string_view{"two"}));
    EXPECT_TRUE(std::filesystem::is_symlink(folder / "link.txt"));
    EXPECT_EQ(readFile(folder / "kept.txt"), "two");

    ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
    const int reader = ::open((folder / "pipe").c_str(), O_RDONLY | O_NONBLOCK);
    ASSERT_TRUE(writeFile(folder / "pipe", std::string_view{"through"}));
    char got[16]{};
    EXPECT_EQ(::read(reader, got, sizeof got), 7);
    ::close(reader);
    EXPECT_TRUE(std::filesystem::is_fifo(folder / "pipe"));

    ASSERT_TRUE(writeFile("/dev/null", std::string_view{"gone"}));
    EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
    EXPECT_FALSE(writeFile(folder, std::string_view{"not a file"}));
    std::filesystem::remove_all(folder);
}

TEST(Files, RefuseWhatIsNotARegularFile) {
    EXPECT_EQ(MappedFile::open("/dev/zero").error().code, ErrorCode::Unreadable);
    EXPECT_EQ(readFile(std::filesystem::temp_directory_path()).error().code, ErrorCode::Unreadable);
}

TEST(JsonWriter, WritesWhatParsersRead) {
    JsonWriter json;
    json.beginObject()
        .field("name", "a\"b\n")
        .field("count", 3)
        .field("big", std::uint64_t{18446744073709551615u})
        .field("pi", 0.1);
    json.key("list").beginArray().value(true).null().value(std::nan("")).endArray().key("none").beginArray().endArray().endObject();
    EXPECT_EQ(json.text(), R"({
  "name": "a\"b\n",
  "count": 3,
  "big": 18446744073709551615,
  "pi": 0.1,
  "list": [
    true,
    null,
    null
  ],
  "none": []
}
)");
}

TEST(JsonWriter, ReplacesBytesThatAreNotUtf8) {
    EXPECT_EQ(jsonQuoted("한국\xC3\xA9"), "\"한국\xC3\xA9\"");
    EXPECT_EQ(jsonQuoted("a\xFF"
                         "b\xC3"),
              "\"a\xEF\xBF\xBD"
              "b\xEF\xBF\xBD\"");
    EXPECT_EQ(jsonQuoted(std::string_view{"\0", 1}), "\"\\u0000\"");
}

} // namespace
} // namespace millwright
