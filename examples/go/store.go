// Package links shortens URLs: slugs and what they stand for are in Postgres, with a cache in Redis before it.
package links

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/redis/go-redis/v9"
)

// What a Store answers when it cannot do what it was asked for.
var (
	ErrUnknown = errors.New("no such link")
	ErrTaken   = errors.New("the slug is taken")
)

const (
	uniqueViolation = "23505"
	cachedFor       = time.Hour
)

// A Store keeps links. It is safe for use by many goroutines.
type Store struct {
	database *pgxpool.Pool
	cache    *redis.Client
}

// Open connects a store to a database and a cache, by their URLs.
func Open(ctx context.Context, database, cache string) (*Store, error) {
	options, err := redis.ParseURL(cache)
	if err != nil {
		return nil, fmt.Errorf("the cache's address: %w", err)
	}
	pool, err := pgxpool.New(ctx, database)
	if err != nil {
		return nil, fmt.Errorf("the database's address: %w", err)
	}
	return &Store{database: pool, cache: redis.NewClient(options)}, nil
}

// Close ends all connections.
func (s *Store) Close() error {
	s.database.Close()
	return s.cache.Close()
}

// Add stores a link, or answers ErrTaken.
func (s *Store) Add(ctx context.Context, slug, url string) error {
	_, err := s.database.Exec(ctx, "insert into links (slug, url) values ($1, $2)", slug, url)
	var refusal *pgconn.PgError
	if errors.As(err, &refusal) && refusal.Code == uniqueViolation {
		return ErrTaken
	}
	return err
}

// Find answers what a slug stands for, or ErrUnknown. It asks the database only for what is not in the cache.
func (s *Store) Find(ctx context.Context, slug string) (string, error) {
	url, err := s.cache.Get(ctx, key(slug)).Result()
	if !errors.Is(err, redis.Nil) {
		return url, err
	}
	err = s.database.QueryRow(ctx, "select url from links where slug = $1", slug).Scan(&url)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", ErrUnknown
	}
	if err != nil {
		return "", err
	}
	return url, s.cache.Set(ctx, key(slug), url, cachedFor).Err()
}

// Move lets a slug stand for another URL, at once for everybody, or answers ErrUnknown.
func (s *Store) Move(ctx context.Context, slug, url string) error {
	done, err := s.database.Exec(ctx, "update links set url = $2 where slug = $1", slug, url)
	if err != nil {
		return err
	}
	if done.RowsAffected() == 0 {
		return ErrUnknown
	}
	return s.cache.Del(ctx, key(slug)).Err()
}

func key(slug string) string { return "link:" + slug }
