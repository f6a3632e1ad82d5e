package links

import (
	"crypto/rand"
	"errors"
	"os"
	"testing"
)

// store is connected to the database and the cache of the environment.
func store(t *testing.T) *Store {
	t.Helper()
	opened, err := Open(t.Context(), os.Getenv("LINKS_URL"), os.Getenv("CACHE_URL"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { opened.Close() })
	return opened
}

// added is a link of this test alone; tests run at the same time and share the database.
func added(t *testing.T, links *Store, url string) string {
	t.Helper()
	slug := rand.Text()
	if err := links.Add(t.Context(), slug, url); err != nil {
		t.Fatal(err)
	}
	return slug
}

func wantURL(t *testing.T, links *Store, slug, want string) {
	t.Helper()
	if got, err := links.Find(t.Context(), slug); err != nil || got != want {
		t.Errorf("Find(%q) = %q, %v; want %q", slug, got, err, want)
	}
}

func TestTheSeededLinkIsFound(t *testing.T) {
	t.Parallel()
	wantURL(t, store(t), "docs", "https://example.com/documentation")
}

func TestAnAddedLinkIsFound(t *testing.T) {
	t.Parallel()
	links := store(t)
	slug := added(t, links, "https://example.com/a")

	wantURL(t, links, slug, "https://example.com/a")
}

func TestASecondQuestionIsAnsweredByTheCache(t *testing.T) {
	t.Parallel()
	links := store(t)
	slug := added(t, links, "https://example.com/b")
	wantURL(t, links, slug, "https://example.com/b")

	// Past the store, so that the cache cannot know of it.
	if _, err := links.database.Exec(t.Context(), "delete from links where slug = $1", slug); err != nil {
		t.Fatal(err)
	}

	wantURL(t, links, slug, "https://example.com/b")
}

func TestAMovedLinkIsNotAnsweredFromTheCache(t *testing.T) {
	t.Parallel()
	links := store(t)
	slug := added(t, links, "https://example.com/old")
	wantURL(t, links, slug, "https://example.com/old")

	if err := links.Move(t.Context(), slug, "https://example.com/new"); err != nil {
		t.Fatal(err)
	}

	wantURL(t, links, slug, "https://example.com/new")
}

func TestASlugIsTakenOnce(t *testing.T) {
	t.Parallel()
	links := store(t)
	slug := added(t, links, "https://example.com/c")

	if err := links.Add(t.Context(), slug, "https://example.com/d"); !errors.Is(err, ErrTaken) {
		t.Errorf("Add answered %v; want %v", err, ErrTaken)
	}
}

func TestAnUnknownLink(t *testing.T) {
	t.Parallel()
	links := store(t)

	if _, err := links.Find(t.Context(), rand.Text()); !errors.Is(err, ErrUnknown) {
		t.Errorf("Find answered %v; want %v", err, ErrUnknown)
	}
	if err := links.Move(t.Context(), rand.Text(), "https://example.com"); !errors.Is(err, ErrUnknown) {
		t.Errorf("Move answered %v; want %v", err, ErrUnknown)
	}
}
