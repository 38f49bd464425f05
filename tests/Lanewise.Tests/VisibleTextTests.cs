using Xunit;

namespace Lanewise.Tests;

public sealed class VisibleTextTests
{
    [Theory]
    [InlineData("\u001b]52;c;aGk=\u0007", @"\x1b]52;c;aGk=\x07")]
    [InlineData("a\r\nb\tc\u007f\u009b", @"a\x0d\x0ab\x09c\x7f\x9b")]
    [InlineData("cat\u202egpj.exe\u2066", @"cat\u202egpj.exe\u2066")]
    [InlineData("\u200e\u200f\u061c\u2028\u2029", @"\u200e\u200f\u061c\u2028\u2029")]
    public void What_a_terminal_obeys_becomes_visible(string text, string expected) => Assert.Equal(expected, VisibleText.Escape(text));

    [Fact]
    public void Unpaired_surrogates_become_visible_and_pairs_stay()
    {
        string pair = char.ConvertFromUtf32(0x1F408);

        Assert.Equal(@"\udc08x\ud83d", VisibleText.Escape($"{pair[1]}x{pair[0]}"));
        Assert.Equal($@"{pair}\x00", VisibleText.Escape(pair + "\0"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Größe 猫 \u05D0 <b>=1+1")]
    public void Other_text_is_the_same_instance(string text) => Assert.Same(text, VisibleText.Escape(text));
}
