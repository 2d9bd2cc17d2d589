using System.Data;
using Dapper;
using Marketplace.Storage;
using Microsoft.Data.Sqlite;

namespace Marketplace.ScenarioTests.Storage;

/// <summary>A database file of its own in a folder that goes when the test has ended.</summary>
public sealed class DatabaseFile : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("marketplace-storage-");

    public string Path => System.IO.Path.Combine(folder.FullName, "market.db");

    public Database Open(MigrationSet set = MigrationSet.Operator) => Database.Open(Path, set);

    /// <summary>What another program finds in the file.</summary>
    public IReadOnlyList<string> Read(string sql)
    {
        using var connection = Connect();
        return connection.Query<string>(sql).ToList();
    }

    /// <summary>What another program does to the file.</summary>
    public void Execute(string sql)
    {
        using var connection = Connect();
        connection.Execute(sql);
    }

    public void Dispose() => folder.Delete(recursive: true);

    private SqliteConnection Connect()
    {
        var connection = new SqliteConnection($"Data Source={Path};Pooling=False");
        connection.Open();
        return connection;
    }
}

/// <summary>The one table that these tests write to.</summary>
public static class Markers
{
    public static Task AddAsync(IDbConnection connection, IDbTransaction transaction, string name) =>
        connection.ExecuteAsync(
            "INSERT INTO fact_cursor (consumer, fact_id) VALUES (@name, 1)", new { name }, transaction);

    public static Task<IReadOnlyList<string>> ReadMarkersAsync(this Database database) =>
        database.ReadAsync<IReadOnlyList<string>>(
            async connection =>
                (await connection.QueryAsync<string>("SELECT consumer FROM fact_cursor ORDER BY consumer")).ToList(),
            CancellationToken.None);
}
