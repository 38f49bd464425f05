namespace Lanewise.Cli.Tests.House;

public sealed class CodeOutlineTests
{
    [Fact]
    public void Bodies_are_found_whatever_is_in_strings_and_comments()
    {
        const string Source =
            """
            namespace N;

            /// <summary>A { brace.</summary>
            internal sealed class C<T>(int a) : B(a)
                where T : class, new()
            {
                private readonly int[] _table = new Table
                {
                    { 1, 2 },
                };

                public int P { get; set; }

                [Fact(Name = "{")]
                public string M(int x = 1, char c = '{')
                {
                    // {
                    string s = $"{x:N0} {{ {string.Join("}", "{")}" + @"\" + "\"{";
                    return s;
                }

                public int Arrow(int x) => x switch
                {
                    1 => 2,
                    _ => 3,
                };

                private enum E
                {
                    One,
                }

                private static TResult Generic<TResult>()
                    where TResult : struct
                {
                    return default;
                }
            }
            """;
        Assert.Equal(
            [new("P", 12, -1), new("M", 16, 3), new("Arrow", 22, 5), new("Generic", 35, 1)],
            CodeOutline.Find(Source));
    }
}
