using System.Text.RegularExpressions;

namespace Lanewise.Cli.Tests.House;

/// <summary>The body of a method, property or other member: its name, its first line and its length in lines, braces not counted.</summary>
internal readonly record struct MemberBody(string Name, int Line, int Length);

/// <summary>Finds the bodies of members in C# source by its braces, without a compiler: strings and comments are blanked, blocks below a type are members.</summary>
internal sealed partial class CodeOutline
{
    private readonly List<MemberBody> _bodies = [];
    private readonly Stack<Block> _blocks = new([new Block(IsType: true, "", 0)]);
    private readonly string _code;
    private int _line = 1;
    private int _statement;
    private int _parentheses;
    private int _arrowLine;

    private CodeOutline(string source) => _code = SourceText.Blank(source);

    /// <summary>Lists the bodies of all members, in the order of their ends.</summary>
    public static IReadOnlyList<MemberBody> Find(string source)
    {
        var outline = new CodeOutline(source);
        outline.Scan();
        return outline._bodies;
    }

    private void Scan()
    {
        for (int i = 0; i < _code.Length; i++)
        {
            switch (_code[i])
            {
                case '\n':
                    _line++;
                    break;
                case '(' or '[':
                    _parentheses++;
                    break;
                case ')' or ']':
                    _parentheses--;
                    break;
                case '{' when _parentheses == 0:
                    Open(i);
                    break;
                case '}' when _parentheses == 0:
                    Close(i);
                    break;
                case ';' when _parentheses == 0:
                    EndStatement(i);
                    break;
                case '=' when _parentheses == 0 && _arrowLine == 0 && _blocks.Peek().IsType && i + 1 < _code.Length && _code[i + 1] == '>':
                    _arrowLine = _line;
                    break;
            }
        }
    }

    private void Open(int position)
    {
        string header = Constraints().Replace(_code[_statement..position], "");
        bool isType = _blocks.Peek().IsType && _arrowLine == 0 && TypeKeyword().IsMatch(header);
        bool isMember = _blocks.Peek().IsType && !isType && _arrowLine == 0 && !Initializer().IsMatch(Parenthesized().Replace(header, ""));
        _blocks.Push(new(isType, isMember ? NameIn(header) : "", _line));
        if (isType || _arrowLine == 0)
        {
            _statement = position + 1;
        }
    }

    private void Close(int position)
    {
        var block = _blocks.Pop();
        if (block.Member.Length > 0)
        {
            _bodies.Add(new(block.Member, block.Line, _line - block.Line - 1));
        }

        if (_arrowLine == 0)
        {
            _statement = position + 1;
        }
    }

    private void EndStatement(int position)
    {
        if (!_blocks.Peek().IsType)
        {
            return;
        }

        if (_arrowLine > 0)
        {
            _bodies.Add(new(NameIn(_code[_statement..position].Split("=>")[0]), _arrowLine, _line - _arrowLine + 1));
        }

        _arrowLine = 0;
        _statement = position + 1;
    }

    private static string NameIn(string header) =>
        Name().Match(Attributes().Replace(header, "")) is { Success: true } name ? name.Groups[1].Value : "?";

    [GeneratedRegex(@"\b(class|struct|record|interface|enum|namespace|extension)\b")]
    private static partial Regex TypeKeyword();

    [GeneratedRegex(@"\bwhere\b[^{]*")]
    private static partial Regex Constraints();

    [GeneratedRegex(@"\((?>[^()]|(?<depth>\()|(?<-depth>\)))*\)")]
    private static partial Regex Parenthesized();

    [GeneratedRegex(@"(?<![=!<>])=(?![=>])")]
    private static partial Regex Initializer();

    [GeneratedRegex(@"^\s*(\[[^\]]*\]\s*)+")]
    private static partial Regex Attributes();

    // The word before the parameters, or the last word of a property.
    [GeneratedRegex(@"(\w+)(?:<[^(){}]*>)?\s*(?:\(|$)", RegexOptions.Multiline)]
    private static partial Regex Name();

    private readonly record struct Block(bool IsType, string Member, int Line);
}
