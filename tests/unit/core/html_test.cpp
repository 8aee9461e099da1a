#include <millwright/core/html.hpp>

#include <gmock/gmock.h>

namespace millwright {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Html, EscapesWhatWouldBeMarkup) {
    EXPECT_EQ(htmlEscaped("a < b && \"c\" > 'd'"), "a &lt; b &amp;&amp; &quot;c&quot; &gt; &#39;d&#39;");
    EXPECT_EQ(htmlEscaped("슬롯다이\t2\n\x01\x7f"), "슬롯다이\t2\n\x7f");
}

TEST(Html, DataUrlsAreBase64) { // RFC 4648, section 10
    EXPECT_EQ(dataUrl("text/plain", ""), "data:text/plain;base64,");
    EXPECT_EQ(dataUrl("a/b", "f"), "data:a/b;base64,Zg==");
    EXPECT_EQ(dataUrl("a/b", "fo"), "data:a/b;base64,Zm8=");
    EXPECT_EQ(dataUrl("a/b", "foo"), "data:a/b;base64,Zm9v");
    EXPECT_EQ(dataUrl("a/b", "foobar"), "data:a/b;base64,Zm9vYmFy");
    EXPECT_EQ(dataUrl("a/b", "\xff\xfe"), "data:a/b;base64,//4=");
}

TEST(Html, PagesNeedNothingElse) {
    const std::string page = htmlPage("a <script> b", "<p>body</p>\n");
    EXPECT_THAT(page, HasSubstr("<title>a &lt;script&gt; b</title>"));
    EXPECT_THAT(page, HasSubstr("<p>body</p>"));
    for (const char* outside : {"http:", "https:", "src=", "@import", "url(", "<script"})
        EXPECT_THAT(page, Not(HasSubstr(outside)));
}

} // namespace
} // namespace millwright
