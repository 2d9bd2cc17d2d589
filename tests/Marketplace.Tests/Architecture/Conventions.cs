using System.Globalization;
using System.Text.RegularExpressions;

namespace Marketplace.Tests.Architecture;

/// <summary>The rules of the style that a text shows: each gives the places of one file that break it.</summary>
public static class Conventions
{
    private const RegexOptions Flags = RegexOptions.Compiled | RegexOptions.Multiline;

    // Inference computes with floating point, and Verification may judge its numbers; all else is money or next to it.
    private static readonly string[] FreeOfMoney = ["Marketplace.Inference", "Marketplace.Verification"];

    private static readonly Regex Skipped = new(@"\.only\(|\bSkip\s*=(?!=)|\b(xit|xdescribe)\(|\.skip\(", Flags);
    private static readonly Regex Unnumbered = new(@"\b(T[O]DO|F[I]XME|H[A]CK)\b(?!.*#\d)", Flags);
    private static readonly Regex Region = new(@"^\s*#region\b", Flags);
    private static readonly Regex Floating = new(
        @"\b(double|float|decimal|Half|Single|Double|Decimal)\b|(?<![\w.])\d+\.\d+", Flags);

    private static readonly Regex MachinePath = new(@"(?<![\w.])/(work|home|root|Users|tmp)/\w|\b[A-Z]:\\\w", Flags);
    private static readonly Regex Byline = new(
        @"(?<!\w)(co-[a]uthored-by|@[a]uthor|(auto-?)?generated (by|with)"
        + @"|(written|coded|authored) (by|with) (an? )?(ai|assistant|agent|bot|llm|model|tool)|as an a[i])\b",
        Flags | RegexOptions.IgnoreCase);

    private static readonly Regex TypeName = new(
        @"\b(?:class|record|struct|interface|enum)\s+(?:struct\s+|class\s+)?(?<name>[A-Z]\w*)", Flags);

    private static readonly Regex Open = new(
        @"^[ \t]*(?:\[[^\]\n]*\][ \t]*)*(?!.*\b(?:sealed|static|abstract)\b.*\b(?:class|record)\b)"
        + @"(?:(?:public|internal|private|protected|file|partial|unsafe|readonly|new)[ \t]+)*"
        + @"(?:class|record(?![ \t]+struct))[ \t]+(?<name>[A-Z]\w*)\b(?![ \t]*:[ \t]*DispatchProxy\b)",
        Flags);

    private static readonly Regex LogEvent = new(@"\[LoggerMessage\(\s*(?<id>\d*)", Flags);
    private static readonly Regex Table = new(
        @"CREATE TABLE (?<name>\w+) \((?<columns>.*?)\n\)(?<end>[^;]*);", RegexOptions.Singleline);
    private static readonly Regex Status = new(@"^\s*(?<name>state|status)\s(?!.*\bCHECK\b)", Flags);

    public static int LinesAllowed(SourceFile file) => file.Path.EndsWith(".sol", StringComparison.Ordinal) ? 500 : 300;

    public static IEnumerable<string> LongLines(SourceFile file) =>
        from line in file.Lines.Index() where line.Item.Length > 120 select $"{file.Path}:{line.Index + 1}";

    public static IEnumerable<string> TooLong(SourceFile file) =>
        file.Lines.Length > LinesAllowed(file) ? [$"{file.Path} has {file.Lines.Length} lines"] : [];

    public static IEnumerable<string> SkippedTests(SourceFile file) => Found(Skipped, file, file.Text);

    public static IEnumerable<string> UnnumberedTodos(SourceFile file) => Found(Unnumbered, file, file.Text);

    public static IEnumerable<string> Regions(SourceFile file) => Found(Region, file, file.Text);

    public static IEnumerable<string> FloatingMoney(SourceFile file) =>
        FreeOfMoney.Contains(file.Project) ? [] : Found(Floating, file, file.Code);

    public static IEnumerable<string> MachinePaths(SourceFile file) => Found(MachinePath, file, file.Text);

    public static IEnumerable<string> Bylines(SourceFile file) => Found(Byline, file, file.Text);

    /// <summary>Names that say nothing, and names that hide a namespace of the market.</summary>
    public static IEnumerable<string> EmptyNames(SourceFile file, IReadOnlyCollection<string> projects) =>
        TypeName.Matches(file.Code).Select(match => match.Groups["name"].Value)
            .Append(file.Name.Split('.')[0]).Distinct()
            .Where(name => Regex.IsMatch(name, "(Helpers?|Utils?|Utilit(y|ies)|Managers?|Common)$")
                || projects.Contains($"Marketplace.{name}"))
            .Select(name => $"{file.Path}: {name}");

    public static IEnumerable<string> OpenClasses(SourceFile file) =>
        Open.Matches(file.Code).Select(match => $"{file.Path}: {match.Groups["name"].Value}");

    /// <summary>The numbers of a file's log events; 0 where the compiler chooses one by the method's name.</summary>
    public static IEnumerable<(string Place, int Id)> LogEvents(SourceFile file) => LogEvent.Matches(file.Text)
        .Select(match => (file.Path, match.Groups["id"].Value is { Length: > 0 } id
            ? int.Parse(id, CultureInfo.InvariantCulture) : 0));

    /// <summary>What is wrong with the log events of all: no number, a number of another slice, or one twice.</summary>
    public static IEnumerable<string> WrongLogEvents(IEnumerable<SourceFile> files, Dictionary<string, int> thousands)
    {
        var events = files
            .SelectMany(file => LogEvents(file).Select(row => (row.Place, row.Id, file.Project))).ToList();
        var foreign = events.Where(row => !thousands.TryGetValue(row.Project, out var slice) || row.Id / 1000 != slice)
            .Select(row => $"{row.Place}: {row.Id} is not of {row.Project}");
        var twice = events.GroupBy(row => row.Id).Where(group => group.Count() > 1)
            .Select(group => $"{group.Key} is used {group.Count()} times");
        return foreign.Concat(twice);
    }

    /// <summary>The migrations of one folder are numbered without gaps and open with a line saying why.</summary>
    public static IEnumerable<string> WrongMigrations(IEnumerable<SourceFile> folder) =>
        folder.OrderBy(file => file.Name, StringComparer.Ordinal)
            .SelectMany((file, index) => WrongMigration(file, index + 1));

    public static IEnumerable<string> LooseTables(SourceFile file) => Table.Matches(file.Text)
        .Where(match => match.Groups["end"].Value.Trim() != "STRICT")
        .Select(match => $"{file.Path}: {match.Groups["name"]}");

    public static IEnumerable<string> UncheckedStatuses(SourceFile file) => Table.Matches(file.Text)
        .SelectMany(table => Status.Matches(table.Groups["columns"].Value)
            .Select(column => $"{file.Path}: {table.Groups["name"]}.{column.Groups["name"]}"));

    private static IEnumerable<string> WrongMigration(SourceFile file, int number)
    {
        if (!Regex.IsMatch(file.Name, $"^{number:0000}_[a-z]+(_[a-z]+)*\\.sql$"))
        {
            yield return $"{file.Path} is not named {number:0000}_word.sql";
        }

        if (!Regex.IsMatch(file.Text, @"^-- \w"))
        {
            yield return $"{file.Path} does not open with a line saying why";
        }
    }

    private static IEnumerable<string> Found(Regex rule, SourceFile file, string text) =>
        from match in rule.Matches(text)
        let line = text.AsSpan(0, match.Index).Count('\n') + 1
        select $"{file.Path}: {match.Value.Trim()} (about line {line})";
}
