using System.Threading.Channels;
using Marketplace.Kernel;
using Marketplace.Matching;
using Microsoft.Extensions.Logging;

namespace Marketplace.OrderBook.Feeds;

/// <summary>
/// The book as it is on disk, for all who only look. It is a second matching engine: the commands that the writer's
/// engine took come here once their sync has returned, give the same state and the same events, and drive the feeds and
/// the answers. So a look costs the writer nothing, however many look.
/// </summary>
/// <remarks>
/// The writer never waits for it. When more than <see cref="FeedOptions.MaxBehind"/> commands wait it lets go of them,
/// takes a copy of the book as it then stands and goes on from there; subscribers have to come again.
/// </remarks>
public sealed partial class BookMirror : IAsyncDisposable
{
    private const int QuestionsAtOnce = 16;

    private readonly FeedOptions options;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly Func<CancellationToken, Task<EngineImage>> copy;
    private readonly Channel<Action> queue =
        Channel.CreateUnbounded<Action>(new UnboundedChannelOptions { SingleReader = true });

    private readonly SemaphoreSlim questions = new(QuestionsAtOnce);
    private readonly MatchEvents events = new();
    private MatchingEngine engine = new(new EngineOptions());
    private Task following = Task.CompletedTask;
    private ITimer? timer;
    private long waiting;
    private volatile bool isBehind;
    private int isFlushQueued;

    // For the follower alone.
    private bool isLettingGo;
    private bool hasEnded;

    /// <param name="copy">Gives the writer's engine as it stands between two commands of the book.</param>
    internal BookMirror(
        FeedOptions options, TimeProvider time, ILogger logger, Func<CancellationToken, Task<EngineImage>> copy)
    {
        (this.options, this.time, this.logger, this.copy) = (options, time, logger, copy);
        Feeds = new FeedHub(options);
    }

    /// <summary>What subscribers get; the mirror is its producer.</summary>
    public FeedHub Feeds { get; }

    /// <summary>What the feeds call an account; null when they leave accounts out.</summary>
    public string? NameOf(uint account) => options.Pseudonym?.Invoke(account);

    /// <summary>
    /// Looks at the book between two commands; sees all that was answered before, unless the mirror is beginning again.
    /// </summary>
    /// <param name="look">Must be quick and must not keep the engine.</param>
    /// <exception cref="BookStoppedException">The book is not running.</exception>
    public async Task<T> LookAsync<T>(Func<MatchingEngine, T> look, CancellationToken ct)
    {
        await questions.WaitAsync(ct);
        try
        {
            var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
            return queue.Writer.TryWrite(() => Answer(answer, look))
                ? await answer.Task.WaitAsync(ct)
                : throw new BookStoppedException(null);
        }
        finally
        {
            questions.Release();
        }
    }

    /// <summary>Begins with a book that stands still.</summary>
    internal void Start(EngineImage image)
    {
        Begin(image);
        following = Task.Run(FollowAsync, CancellationToken.None);
        timer = time.CreateTimer(_ => QueueFlush(), null, options.FlushEvery, options.FlushEvery);
    }

    /// <summary>Takes a batch's commands, whose effects are on disk. Never waits; one caller at a time.</summary>
    internal void Offer(IReadOnlyList<MatchCommand> commands)
    {
        if (commands.Count == 0 || isBehind)
        {
            return;
        }

        isBehind = Interlocked.Add(ref waiting, commands.Count) > options.MaxBehind;
        queue.Writer.TryWrite(() => Follow(commands));
    }

    /// <summary>Ends the feeds, once what waits is told.</summary>
    internal void Complete() => queue.Writer.TryComplete();

    public async ValueTask DisposeAsync()
    {
        Complete();
        await following;
        End();
        await (timer?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    private async Task FollowAsync()
    {
        try
        {
            while (await queue.Reader.WaitToReadAsync(CancellationToken.None))
            {
                while (!isBehind && queue.Reader.TryRead(out var work))
                {
                    work();
                }

                if (isBehind)
                {
                    await BeginAgainAsync();
                }
            }
        }
        catch (BookStoppedException)
        {
            // It stopped while its copy was waited for: nothing comes after it.
        }
        catch (Exception failure)
        {
            // Those who look lose their sight; those who trade need not care.
            LogFailed(logger, failure);
        }

        End();
    }

    /// <summary>
    /// What is let go of was released before the copy is asked for, so the copy has it; what the copy has and still
    /// comes is passed over by its number.
    /// </summary>
    private async Task BeginAgainAsync()
    {
        LogBehind(logger, Interlocked.Read(ref waiting));
        isLettingGo = true;
        RunAll();
        (isLettingGo, isBehind) = (false, false);
        Begin(await copy(CancellationToken.None));
    }

    private void End()
    {
        queue.Writer.TryComplete();
        hasEnded = true;
        Feeds.Close();
        RunAll();
    }

    private void RunAll()
    {
        while (queue.Reader.TryRead(out var work))
        {
            work();
        }
    }

    private void Begin(EngineImage image)
    {
        using var saved = new MemoryStream();
        image.WriteTo(saved);
        saved.Position = 0;
        engine = MatchingEngine.Load(saved);
        Feeds.Begin(engine);
    }

    private void Follow(IReadOnlyList<MatchCommand> commands)
    {
        Interlocked.Add(ref waiting, -commands.Count);
        if (isLettingGo || hasEnded)
        {
            return;
        }

        var known = engine.LastSeq;
        for (var index = 0; index < commands.Count; index++)
        {
            var command = commands[index];
            if (command.Seq > known)
            {
                var isWhole = index + 1 == commands.Count || commands[index + 1].Seq != command.Seq;
                events.Clear();
                var refusal = engine.Apply(command, events);
                Invariant.Holds(refusal == MatchRefusal.None, $"Only what was taken is mirrored: {refusal}.");
                Feeds.Publish(command, events.All, isWhole);
            }
        }
    }

    private void Answer<T>(TaskCompletionSource<T> answer, Func<MatchingEngine, T> look)
    {
        try
        {
            answer.TrySetResult(hasEnded ? throw new BookStoppedException(null) : look(engine));
        }
        catch (Exception thrown)
        {
            // A look changes nothing, so its failure is its asker's alone.
            answer.TrySetException(thrown);
        }
    }

    private void QueueFlush()
    {
        if (Interlocked.Exchange(ref isFlushQueued, 1) == 0)
        {
            queue.Writer.TryWrite(() =>
            {
                Volatile.Write(ref isFlushQueued, 0);
                if (!hasEnded)
                {
                    Feeds.Flush();
                }
            });
        }
    }

    [LoggerMessage(1004, LogLevel.Warning, "{Commands} commands waited for the feeds: they begin again from the book")]
    private static partial void LogBehind(ILogger logger, long commands);

    [LoggerMessage(1005, LogLevel.Critical, "The feeds stopped; the book goes on")]
    private static partial void LogFailed(ILogger logger, Exception failure);
}
