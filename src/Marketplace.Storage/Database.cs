using System.Data;
using System.Reflection;
using DbUp;
using DbUp.Engine;
using Microsoft.Data.Sqlite;

namespace Marketplace.Storage;

/// <summary>Whose tables a database holds.</summary>
public enum MigrationSet
{
    Operator,
    Gateway,
    Provider,
}

/// <summary>The database cannot be opened or brought up to date.</summary>
public sealed class MigrationFailedException(string path, Exception inner)
    : Exception($"The database {path} could not be brought up to date.", inner);

/// <summary>
/// One SQLite file: any number of readers, one writer at a time. What a write returned from is on disk
/// (<c>synchronous=FULL</c>), so a kill right after it loses nothing.
/// </summary>
public sealed class Database : IAsyncDisposable
{
    private readonly string connectionString;
    private readonly SemaphoreSlim writing = new(1, 1);
    private readonly SqliteConnection writer;

    private Database(string connectionString)
    {
        this.connectionString = connectionString;
        writer = Connect(connectionString);
    }

    /// <summary>Opens or creates the file and applies the migrations it lacks.</summary>
    /// <exception cref="MigrationFailedException">One failed, or an old one was edited; none was applied.</exception>
    public static Database Open(string path, MigrationSet set)
    {
        UnitTypeHandlers.Register();
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var connection = new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = 30 };
        Migrate(connection.ToString(), path, set);
        return new Database(connection.ToString());
    }

    /// <summary>Runs <paramref name="work"/> in one transaction: all of it is stored, or none.</summary>
    public async Task<T> WriteAsync<T>(Func<IDbConnection, IDbTransaction, Task<T>> work, CancellationToken ct)
    {
        await writing.WaitAsync(ct);
        try
        {
            await using var transaction = writer.BeginTransaction(deferred: false);
            var result = await work(writer, transaction);
            await transaction.CommitAsync(CancellationToken.None);
            return result;
        }
        finally
        {
            writing.Release();
        }
    }

    /// <inheritdoc cref="WriteAsync{T}"/>
    public Task WriteAsync(Func<IDbConnection, IDbTransaction, Task> work, CancellationToken ct) => WriteAsync(
        async (connection, transaction) =>
        {
            await work(connection, transaction);
            return true;
        },
        ct);

    /// <summary>Reads a state between two writes.</summary>
    public async Task<T> ReadAsync<T>(Func<IDbConnection, Task<T>> work, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        await using var connection = Connect(connectionString);
        return await work(connection);
    }

    public async ValueTask DisposeAsync()
    {
        await writing.WaitAsync();
        await writer.DisposeAsync();
        writing.Dispose();
    }

    private static SqliteConnection Connect(string connectionString)
    {
        var connection = new SqliteConnection(connectionString);
        connection.Open();
        using var settings = connection.CreateCommand();
        settings.CommandText =
            """
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = FULL;
            PRAGMA foreign_keys = ON;
            PRAGMA busy_timeout = 30000;
            """;
        settings.ExecuteNonQuery();
        return connection;
    }

    /// <remarks>One transaction for all takes the write lock at once: two processes never migrate together.</remarks>
    private static void Migrate(string connectionString, string path, MigrationSet set)
    {
        var scripts = Scripts($"sqlite/{set.ToString().ToLowerInvariant()}/").ToList();
        var upgrade = DeployChanges.To.SqliteDatabase(connectionString)
            .WithScripts(scripts)
            .JournalTo((connections, _) => new MigrationJournal(connections, scripts))
            .WithTransaction().LogToNowhere().Build().PerformUpgrade();
        if (!upgrade.Successful)
        {
            throw new MigrationFailedException(path, upgrade.Error);
        }
    }

    private static IEnumerable<SqlScript> Scripts(string folder)
    {
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var name in assembly.GetManifestResourceNames())
        {
            if (name.StartsWith(folder, StringComparison.Ordinal))
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
                yield return new SqlScript(name[folder.Length..], reader.ReadToEnd());
            }
        }
    }
}
