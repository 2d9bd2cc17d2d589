using System.Collections.Concurrent;
using Marketplace.OrderBook;
using Microsoft.Extensions.Logging;

namespace Marketplace.ScenarioTests.OrderBook;

/// <summary>What the book said to its operator.</summary>
internal sealed class BookLog : ILogger<BookLoop>
{
    private readonly ConcurrentQueue<string> lines = [];

    public IReadOnlyList<string> Lines => [.. lines];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter) => lines.Enqueue($"{logLevel}: {formatter(state, exception)}");
}
