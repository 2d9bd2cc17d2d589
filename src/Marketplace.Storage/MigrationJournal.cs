using System.Data;
using DbUp.Engine;
using DbUp.Engine.Transactions;
using Marketplace.Kernel;

namespace Marketplace.Storage;

/// <summary>A database was brought up by other migrations than this program has: one was edited, or is newer.</summary>
public sealed class MigrationMismatchException(string name)
    : Exception($"The migration {name} is not the one that this database was brought up with.");

/// <summary>
/// Which migrations a database has had, each with the hash of its text. History is not rewritten: an applied migration
/// that reads differently now stops the start, for nobody can know what such a database holds.
/// </summary>
internal sealed class MigrationJournal(
    Func<IConnectionManager> connections, IReadOnlyList<SqlScript> scripts) : IJournal
{
    public string[] GetExecutedScripts() => connections().ExecuteCommandsWithManagedConnection(create =>
    {
        EnsureTableExistsAndIsLatestVersion(create);
        using var command = create();
        command.CommandText = "SELECT name, checksum FROM migration ORDER BY name";
        using var rows = command.ExecuteReader();
        var names = new List<string>();
        while (rows.Read())
        {
            var name = rows.GetString(0);
            var isKnown = scripts.Any(script => script.Name == name && ChecksumOf(script) == rows.GetString(1));
            names.Add(isKnown ? name : throw new MigrationMismatchException(name));
        }

        return names.ToArray();
    });

    public void StoreExecutedScript(SqlScript script, Func<IDbCommand> dbCommandFactory)
    {
        using var command = dbCommandFactory();
        command.CommandText = "INSERT INTO migration (name, checksum) VALUES (@name, @checksum)";
        AddText(command, "name", script.Name);
        AddText(command, "checksum", ChecksumOf(script));
        command.ExecuteNonQuery();
    }

    public void EnsureTableExistsAndIsLatestVersion(Func<IDbCommand> dbCommandFactory)
    {
        using var command = dbCommandFactory();
        command.CommandText =
            "CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY, checksum TEXT NOT NULL) STRICT";
        command.ExecuteNonQuery();
    }

    /// <summary>Line ends do not count: a checkout may change them.</summary>
    private static string ChecksumOf(SqlScript script) =>
        Keccak256.Hash(script.Contents.ReplaceLineEndings("\n")).ToString();

    private static void AddText(IDbCommand command, string name, string value)
    {
        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.Value) = (name, value);
        command.Parameters.Add(parameter);
    }
}
