-- Values made once, such as the secret of a site that was given none. Not "settings": a site's own tables may well have one.
CREATE TABLE nextauth_settings (
  name varchar PRIMARY KEY NOT NULL,
  value text NOT NULL
);
